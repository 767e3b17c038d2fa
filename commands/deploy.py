"""Bring a revision to an environment."""

from bot.commanding import Command, Words
from bot.domain.requests import Invocation, Request
from bot.domain.terms import Action, Permission

COMMAND = Command(
    name="deploy",
    usage="deploy SERVICE… ENVIRONMENT [REF] [--because TEXT] [--dry-run]",
    summary="Deploy a revision; you see the plan before anything runs.",
    examples=(
        "deploy web staging",
        "deploy web@v1.4 to production",
        "deploy web #412 staging",
        "deploy web,api staging",
        'deploy web production --because "Friday release"',
        "deploy web production --dry-run",
    ),
    permission=Permission.DEPLOY,
    aliases=("ship",),
    details=(
        "REF is a branch, tag, commit, pull request (#412) or a link to one; web@v1.4 names it with the service.",
        "Without REF: what the environment before has, or the head of the default branch.",
        "The words may come in any order. In the thread of a deployment service and environment may be left out.",
        "With --dry-run you see the plan, and nothing can be started from it.",
    ),
)


def request(words: Words, invocation: Invocation) -> Request:
    """One plan, and a card for each service."""
    del invocation
    return Request(
        action=Action.DEPLOY,
        targets=words.targets,
        ref=words.ref,
        because=words.because,
        dry_run=words.dry_run,
        filled=words.filled,
    )
