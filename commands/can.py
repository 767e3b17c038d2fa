"""Explain whether somebody may do something, by which rules."""

from bot.commanding import Command, Words
from bot.commanding.desk import Desk
from bot.domain.messages import Message
from bot.domain.requests import Invocation
from bot.domain.terms import Permission

COMMAND = Command(
    name="can",
    usage="can [PERSON] PERMISSION SERVICE ENVIRONMENT",
    summary="Whether somebody may do something there, and why.",
    examples=("can @ada deploy web production", "can approve web production"),
    permission=Permission.WHY,
    details=(
        "PERSON is a mention or a user id; without one it is you.",
        f"PERMISSION is one of {', '.join(Permission)}.",
        "Nothing is granted unless a role allows it, and whatever a role forbids is forbidden.",
    ),
    private=True,
)


async def answer(words: Words, invocation: Invocation, desk: Desk) -> Message:
    """The decision of the gates, with every rule that has a say."""
    return await desk.can(invocation, words.person, Permission(words.permission), words.target)
