"""Say how delivery goes: lead time, frequency, fail rate, recovery, rework."""

from bot.commanding import Command, Words
from bot.commanding.desk import Desk
from bot.domain.messages import Message
from bot.domain.requests import Invocation
from bot.domain.terms import Permission
from bot.views import metrics as views

WEEKS = 12
COMMAND = Command(
    name="metrics",
    usage="metrics [SERVICE…] [ENVIRONMENT] [--weeks NUMBER]",
    summary="Lead time, frequency, fail rate, recovery, rework.",
    examples=("metrics web", "metrics web --weeks 4", "metrics web staging"),
    permission=Permission.HISTORY,
    aliases=("delivery",),
    details=(
        "From Quarterdeck's own records, anew each time: what becomes known late changes what was said before.",
        "Without an environment: production. Numbers of fewer than five are not made; what was left out is said.",
        'A deployment because "hotfix: …" counts as one, and says that the one before it failed.',
    ),
)


async def answer(words: Words, invocation: Invocation, desk: Desk) -> Message:
    """Five numbers for each target."""
    weeks = words.weeks or WEEKS
    return views.metrics(await desk.courses(invocation, words.services, words.targets, weeks), weeks)
