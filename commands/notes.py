"""Say what is new for people who use the product: features and fixes, without hashes."""

from bot.commanding import Command, Words
from bot.commanding.desk import Desk
from bot.domain.messages import Message
from bot.domain.requests import Invocation
from bot.domain.terms import Permission
from bot.errors import UserError
from bot.views.notes import notes
from bot.views.together import together

SINCE = "7 days"
COMMAND = Command(
    name="notes",
    usage="notes SERVICE… [since DAY]",
    summary="What is new in production, for everybody to read.",
    examples=("notes web", "notes web since friday", "notes web since 2026-11-02"),
    permission=Permission.CHANGES,
    details=(
        "Features and fixes that went live since then, in plain words and without hashes: to be copied.",
        "DAY is friday, yesterday, `3 days` without the quotes, or a date such as 2026-11-02; a week without one.",
    ),
)


async def answer(words: Words, invocation: Invocation, desk: Desk) -> Message:
    """One section for each service."""
    del invocation
    said = " ".join(word for at, word in enumerate(words.free) if at or word.lower() != "since") or SINCE
    since = desk.day(said)
    if since is None:
        raise UserError(
            f"“{said[:40]}” is no day that I know.",
            hint=f"For example: `{desk.vocabulary.command} notes web since friday`",
        )
    found = await desk.arrived(words.services, since)
    return together([notes(each.target, each.changes, since) for each in found])
