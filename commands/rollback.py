"""Return a service to the revision that last worked."""

from bot.commanding import Command, Words
from bot.domain.requests import Invocation, Request
from bot.domain.terms import Action, Permission

COMMAND = Command(
    name="rollback",
    usage="rollback SERVICE ENVIRONMENT [--to REVISION] [--because TEXT] [--dry-run]",
    summary="Go back to the last revision that worked.",
    examples=(
        "rollback web production",
        'rollback web prod --because "checkout errors"',
        "rollback web prod because checkout errors",
        "rollback web production --to v1.3",
    ),
    permission=Permission.ROLLBACK,
    aliases=("undo", "revert"),
    details=(
        "Without --to it goes to the last revision that finished verifying there.",
        "A deployment that still runs is taken over: the plan says so.",
        "A reason without quotes goes to the end of the line; in quotes it is one value, and never read for anything else.",
    ),
)


def request(words: Words, invocation: Invocation) -> Request:
    """The revision is left open where none is named: the last good one is decided with fresh facts."""
    del invocation
    return Request(
        action=Action.ROLLBACK,
        targets=words.targets,
        ref=words.to,
        because=words.because,
        dry_run=words.dry_run,
        filled=words.filled,
    )
