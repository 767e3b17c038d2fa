"""Commands as people type them, for hints and labels."""

from bot.domain.terms import Action, Target
from bot.views import kit

COMMAND = "/ops"
_VERB = {Action.DEPLOY: "deploy", Action.ROLLBACK: "rollback", Action.PROMOTE: "promote"}


def typed(action: Action, target: Target, ref: str = "", *, command: str = COMMAND) -> str:
    """`/ops deploy web@v1.4 production`."""
    what = f"{target.service}@{ref}" if ref and action is not Action.ROLLBACK else target.service
    to = f" --to {ref}" if ref and action is Action.ROLLBACK else ""
    return f"{command} {_VERB[action]} {what} {target.environment}{to}"


def as_code(action: Action, target: Target, ref: str = "", *, command: str = COMMAND) -> kit.Markup:
    """The same in fixed width."""
    return kit.code(typed(action, target, ref, command=command), 160)
