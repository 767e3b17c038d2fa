"""Examine the installation."""

from bot.commanding import Command, Words
from bot.commanding.desk import Desk
from bot.domain.messages import Message
from bot.domain.requests import Invocation
from bot.domain.terms import Permission
from bot.views import doctor as views

COMMAND = Command(
    name="doctor",
    usage="doctor",
    summary="What is well with this installation, and what is not.",
    examples=("doctor",),
    permission=Permission.DOCTOR,
    details=("Tokens, scopes, clock, database, channels, integrations; every finding with its fix.",),
    private=True,
)


async def answer(words: Words, invocation: Invocation, desk: Desk) -> Message:
    """Problems first."""
    del words
    return views.doctor(await desk.findings(invocation))
