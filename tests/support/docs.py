"""Every generated part of the documentation: `make docs` writes them anew, and tests/test_docs.py says when that was forgotten."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.cli import COMMANDS
from bot.commanding.reference import BEGIN, refreshed
from bot.config.reference import integration_table, probe_table, renewed, settings_table
from bot.discovering import all_commands, integration_models, integration_modules
from bot.domain.operations import TERMINAL, TRANSITIONS, Operation, State
from bot.domain.plans import OfferVerb
from bot.domain.policy import GATES
from bot.domain.terms import HOUR, READING, SECOND, Action, Permission
from bot.slack.scopes import EVENTS, OPTIONAL_SCOPES, SCOPES
from bot.views import cards
from bot.views.faces import face_of
from bot.views.samples import NOON, Samples
from tests.support.text import plain

ROOT = Path(__file__).parents[2]
_DATE = re.compile(r"\d{4}-\d\d-\d\d (\d\d:\d\d) UTC")


def pages() -> list[Path]:
    """Every page that people read: those at the top, and all below docs/."""
    top = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
    return [*(ROOT / name for name in top), *sorted((ROOT / "docs").rglob("*.md"))]


def fresh(text: str) -> str:
    """A page with every generated part made anew; raises KeyError for a part that nobody generates."""
    made = renewed(text, blocks())
    return refreshed(made, all_commands().values()) if BEGIN in made else made


def blocks() -> Mapping[str, str]:
    """What stands between `<!-- generated:NAME -->` and `<!-- end -->`, by name; each ends with a line break."""
    models = integration_models(integration_modules())
    tables = {f"integration {kind}": integration_table(kind, each) for kind, each in models.items()}
    tables |= {f"probe {kind}": probe_table(kind, each) for kind, each in models.items() if each.probe}
    return tables | {
        "settings": settings_table(),
        "cards": three_cards(),
        "states": states(),
        "transitions": transitions(),
        "gates": gates(),
        "permissions": permissions(),
        "program": table(
            ("command", "what it does"), ((f"quarterdeck {name}", says) for name, says in COMMANDS.items())
        ),
        "scopes": table(("scope", "why"), SCOPES.items()),
        "optional scopes": table(("scope", "why"), OPTIONAL_SCOPES.items()),
        "events": table(("event", "why"), EVENTS.items()),
    }


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table whose first column is code."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for first, *rest in rows:
        cells = [f"`{first}`", *(cell.replace("|", "\\|") for cell in rest)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


# ---- an operation's life ---------------------------------------------------------------------------------------------


def states() -> str:
    """The diagram, for readers that draw Mermaid."""
    arrows = [f"    {before} --> {after}" for before in State for after in State if after in TRANSITIONS[before]]
    ends = [f"    {state} --> [*]" for state in State if state in TERMINAL]
    return "\n".join(["```mermaid", "stateDiagram-v2", "    [*] --> queued", *arrows, *ends, "```", ""])


def transitions() -> str:
    """The same as a table, with the word that people see."""
    rows = []
    for state in State:
        following = ", ".join(f"`{after}`" for after in State if after in TRANSITIONS[state])
        rows.append((state, _face(state), following or "nothing: it is over"))
    return table(("state", "on the card", "may become"), rows)


def _face(state: State) -> str:
    found = face_of(Samples().operation(state, verified=True))
    return f"{found.emoji} {found.word}"


# ---- rules -----------------------------------------------------------------------------------------------------------


def gates() -> str:
    """Every gate, in the order in which people read its answer."""
    return table(("gate", "lets pass"), ((gate.__name__, _sentence(gate.__doc__)) for gate in GATES))


def permissions() -> str:
    """The closed list of what a role may allow."""
    everybody, some = "every member, unless a role's `may_not` says otherwise", "those whom a role gives it"
    return table(("permission", "who has it"), ((each, everybody if each in READING else some) for each in Permission))


def _sentence(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]


# ---- what people see -------------------------------------------------------------------------------------------------


def three_cards() -> str:
    """Running, failed, rolled back: made by the real views from a small story, as text."""
    story = Samples(url="", because="checkout errors")
    later = NOON + 2 * HOUR
    told = [
        story.operation(State.RUNNING, id=41),
        story.operation(State.FAILED, id=41),
        story.rollback(id=43, parent_id=0).but(started_at=later, finished_at=later + 48 * SECOND),
    ]
    return "\n".join(["```text", "\n\n".join(_card(story, each) for each in told), "```", ""])


def _card(story: Samples, operation: Operation) -> str:
    again = operation.action is Action.ROLLBACK  # what was rolled back is not rolled back once more
    verbs = [verb for verb in cards.ROWS[operation.state] if not (again and verb is OfferVerb.PLAN_ROLLBACK)]
    shown = plain(cards.operation_card(operation, story.offers(*verbs), names=story.names))
    return _DATE.sub(r"\1", shown).replace("*", "").replace("`", "")


def main() -> None:
    """Write every page that has changed."""
    for page in pages():
        text = page.read_text(encoding="utf-8")
        if (made := fresh(text)) != text:
            page.write_text(made, encoding="utf-8")
            print(f"renewed {page.relative_to(ROOT)}")  # noqa: T201 - for whoever types `make docs`


if __name__ == "__main__":
    main()
