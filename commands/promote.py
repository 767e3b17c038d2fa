"""Bring to an environment what the one before it serves."""

from bot.commanding import Command, Words
from bot.domain.requests import Invocation, Request
from bot.domain.terms import Action, Permission

COMMAND = Command(
    name="promote",
    usage="promote SERVICE… ENVIRONMENT [--because TEXT] [--dry-run]",
    summary="Deploy what the environment before it serves.",
    examples=("promote web production", "promote web,api to production", "promote web production --dry-run"),
    permission=Permission.PROMOTE,
    details=(
        "ENVIRONMENT is where it goes to. Which one comes before it is configured (after, or the order of the list).",
        "Who may deploy somewhere may also promote there.",
    ),
)


def request(words: Words, invocation: Invocation) -> Request:
    """Names no revision: it is the one that the environment before serves when the plan is made."""
    del invocation
    return Request(
        action=Action.PROMOTE,
        targets=words.targets,
        because=words.because,
        dry_run=words.dry_run,
        filled=words.filled,
    )
