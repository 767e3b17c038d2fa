"""Say how Quarterdeck sees the one who asks."""

from bot.commanding import Command, Words
from bot.commanding.desk import Desk
from bot.domain.messages import Message
from bot.domain.requests import Invocation
from bot.domain.terms import Permission
from bot.views import whoami as views

COMMAND = Command(
    name="whoami",
    usage="whoami",
    summary="How Quarterdeck sees you: groups, rights, rules.",
    examples=("whoami",),
    permission=Permission.WHOAMI,
    private=True,
)


async def answer(words: Words, invocation: Invocation, desk: Desk) -> Message:
    """Only for the one who asks."""
    del words
    return views.whoami((await desk.rights(invocation)).whoami)
