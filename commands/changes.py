"""List what a deploy would bring, or what lies between two environments or revisions."""

from bot.commanding import Command, Vocabulary, Words
from bot.commanding.desk import Desk, Difference
from bot.commanding.distance import near
from bot.domain.changes import ChangeSet
from bot.domain.messages import Message
from bot.domain.requests import Invocation
from bot.domain.terms import Permission, Unknown
from bot.views.changes import change_list, no_changes
from bot.views.together import together

COMMAND = Command(
    name="changes",
    usage="changes SERVICE… ENVIRONMENT or BASE..HEAD [REF]",
    summary="What a deploy would bring: commits, authors, risks.",
    examples=(
        "changes web production",
        "changes web production..staging",
        "changes web production #412",
        "changes web@v1.4 production",
        "changes web v1.3..main",
    ),
    permission=Permission.CHANGES,
    aliases=("diff",),
    details=(
        "From what the environment serves now to REF, or to what a deploy without REF would take.",
        "BASE and HEAD are environments or revisions; an environment is what it serves now. Without HEAD: the default branch.",
        "What may break stands first: breaking changes, migrations, infrastructure, sign-in, major updates.",
    ),
)


async def answer(words: Words, invocation: Invocation, desk: Desk) -> Message:
    """One list for each service."""
    del invocation
    if words.span is None:
        return together([_shown(await desk.changes(target, words.ref)) for target in words.targets])
    base, head = words.span
    found = [await desk.between(service, base, head) for service in words.services]
    return together([_shown(each, _meant(each.target.service, words.span, desk.vocabulary)) for each in found])


def _shown(found: Difference, meant: str = "") -> Message:
    changes = found.changes
    if isinstance(changes, ChangeSet):
        return change_list(changes, found.target, tickets=found.tickets)
    if isinstance(changes, Unknown):
        return no_changes(
            found.target, f"Could not read {changes.what}: {changes.why}.", next_step=meant or "Try again soon."
        )
    return no_changes(found.target, "There is nothing to compare it with: nothing is live there yet.")


def _meant(name: str, span: tuple[str, str], vocabulary: Vocabulary) -> str:
    """The same with an end that looks like an environment written as that one."""
    service = vocabulary.service(name)
    known = [each.name for each in service.environments] if service else []
    ends = [end if end in known else next(iter(near(end.lower(), known)), end) for end in span]
    command = f"{vocabulary.command} changes {name} {'..'.join(ends)}"
    return f"Did you mean `{command}`?" if tuple(ends) != span else ""
