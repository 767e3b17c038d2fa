"""Show what waits for me; this is what the slash command alone means."""

from bot.commanding import Command, Words
from bot.commanding.desk import Desk
from bot.domain.messages import Message
from bot.domain.requests import Invocation
from bot.domain.terms import Permission
from bot.views.home import mine

COMMAND = Command(
    name="overview",
    usage="overview",
    summary="What waits for you, and your five last targets.",
    examples=("overview",),
    permission=Permission.PLAN,
    details=("The slash command without any word is the same.",),
    private=True,
)


async def answer(words: Words, invocation: Invocation, desk: Desk) -> Message:
    """What a person comes back to."""
    del words
    found, names = await desk.mine(invocation)
    return mine(found, names=names, command=desk.vocabulary.command)
