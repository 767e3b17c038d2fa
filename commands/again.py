"""Open my last plan anew."""

from bot.commanding import Command, Words
from bot.commanding.desk import Desk
from bot.domain.messages import Message
from bot.domain.requests import Invocation
from bot.domain.terms import Permission
from bot.views.notices import nothing_again

COMMAND = Command(
    name="again",
    usage="again",
    summary="Your last plan, made anew; nothing starts by itself.",
    examples=("again",),
    permission=Permission.PLAN,
    private=True,
)


async def answer(words: Words, invocation: Invocation, desk: Desk) -> Message:
    """With the facts of now; it is confirmed like every plan."""
    del words
    return await desk.plan_again(invocation) or nothing_again()
