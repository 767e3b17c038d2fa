"""Show my open plans again."""

from bot.commanding import Command, Words
from bot.commanding.desk import Desk
from bot.domain.messages import Message
from bot.domain.requests import Invocation
from bot.domain.terms import Permission
from bot.views.plans import nothing_open, plans

COMMAND = Command(
    name="plan",
    usage="plan",
    summary="Your open plans, with their buttons, again.",
    examples=("plan",),
    permission=Permission.PLAN,
    aliases=("plans",),
    details=("A plan is good for fifteen minutes; after that `again` makes a new one.",),
    private=True,
)


async def answer(words: Words, invocation: Invocation, desk: Desk) -> Message:
    """Each with its own buttons."""
    del words
    found = await desk.open_plans(invocation)
    return plans(found) if found else nothing_open(command=desk.vocabulary.command)
