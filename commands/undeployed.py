"""Say what is merged and not live."""

from bot.commanding import Command, Words
from bot.commanding.desk import Desk
from bot.domain.messages import Message
from bot.domain.requests import Invocation
from bot.domain.terms import Permission
from bot.views.undeployed import undeployed

COMMAND = Command(
    name="undeployed",
    usage="undeployed [SERVICE…]",
    summary="What is merged and not live, since when, and whose.",
    examples=("undeployed", "undeployed web"),
    permission=Permission.CHANGES,
    aliases=("waiting",),
    details=(
        "It compares the default branch with what production serves now. Without a service: this channel's, or all.",
    ),
)


async def answer(words: Words, invocation: Invocation, desk: Desk) -> Message:
    """A line for each place that is behind, the longest first."""
    return undeployed(await desk.lags(invocation, words.services), command=desk.vocabulary.command)
