"""List what a deploy would bring."""

from bot.commanding import Command, Words
from bot.commanding.desk import Desk, Difference
from bot.domain.changes import ChangeSet
from bot.domain.messages import Message
from bot.domain.requests import Invocation
from bot.domain.terms import Permission, Unknown
from bot.views.changes import change_list, no_changes
from bot.views.together import together

COMMAND = Command(
    name="changes",
    usage="changes SERVICE… ENVIRONMENT [REF]",
    summary="What a deploy would bring: commits, authors, risks.",
    examples=("changes web production", "changes web@v1.4 production", "changes web production #412"),
    permission=Permission.CHANGES,
    aliases=("diff",),
    details=("From what the environment serves now to REF, or to what a deploy without REF would take.",),
)


async def answer(words: Words, invocation: Invocation, desk: Desk) -> Message:
    """One list for each service."""
    del invocation
    return together([_shown(await desk.changes(target, words.ref)) for target in words.targets])


def _shown(found: Difference) -> Message:
    changes = found.changes
    if isinstance(changes, ChangeSet):
        return change_list(changes, found.target)
    if isinstance(changes, Unknown):
        return no_changes(found.target, f"Could not read {changes.what}: {changes.why}.", next_step="Try again soon.")
    return no_changes(found.target, "There is nothing to compare it with: nothing is live there yet.")
