"""Show what waits for my approval."""

from bot.commanding import Command, Words
from bot.commanding.desk import Desk
from bot.domain.messages import Message
from bot.domain.requests import Invocation
from bot.domain.terms import Permission

COMMAND = Command(
    name="approvals",
    usage="approvals",
    summary="What waits for your approval, with its buttons.",
    examples=("approvals",),
    permission=Permission.PLAN,
    details=("The Home tab shows the same. Whoever asked, and whoever wrote some of it, cannot approve it.",),
    private=True,
)


async def answer(words: Words, invocation: Invocation, desk: Desk) -> Message:
    """Buttons of one's own; nothing is approved before the plan was shown."""
    del words
    return await desk.approvals(invocation)
