"""Explain every gate, without doing anything."""

from bot.commanding import Command, Words
from bot.commanding.desk import Desk
from bot.domain.messages import Message
from bot.domain.requests import Invocation, Request
from bot.domain.terms import Action, Permission
from bot.views.together import together
from bot.views.why import why

COMMAND = Command(
    name="why",
    usage="why [ACTION] SERVICE… ENVIRONMENT [REF] [--to REVISION]",
    summary="Every gate with pass or fail, and the rule behind it.",
    examples=("why web production", "why rollback web production", "why deploy web@v1.4 production"),
    permission=Permission.WHY,
    details=(
        "ACTION is deploy (unless you name another), rollback or promote.",
        "Nothing is done, and nothing is kept.",
    ),
)


async def answer(words: Words, invocation: Invocation, desk: Desk) -> Message:
    """The same question that the action itself would ask."""
    action = Action(words.about or Action.DEPLOY)
    ref = words.to or words.ref
    request = Request(action=action, targets=words.targets, ref=ref, dry_run=True, filled=words.filled)
    found = await desk.why(request, invocation)
    return together([why(action, each.target, each.verdicts, revision=each.revision) for each in found])
