"""Say where a change is live, and since when."""

from bot.commanding import Command, Words
from bot.commanding.desk import Desk
from bot.domain.messages import Message
from bot.domain.requests import Invocation
from bot.domain.terms import Permission
from bot.views import where as views

COMMAND = Command(
    name="where",
    usage="where REF [SERVICE…]",
    summary="Where a pull request or commit is live, and since when.",
    examples=("where #412", "where 5d2f0b7", "where #412 web"),
    permission=Permission.CHANGES,
    details=(
        "It looks at what each environment serves now, and whether that has the change.",
        "Without a service: those of this channel, else all of them. A revert that is live too is named.",
    ),
)


async def answer(words: Words, invocation: Invocation, desk: Desk) -> Message:
    """One section for each service whose repository has the change."""
    return views.where(await desk.where(invocation, words.ref, words.services), words.ref)
