"""Free a target that a failed verification locked, or a revision that it put into quarantine."""

from bot.commanding import Command, Words
from bot.domain.requests import Invocation, UnlockRequest
from bot.domain.terms import Permission

COMMAND = Command(
    name="unlock",
    usage="unlock SERVICE ENVIRONMENT [REF] [--because TEXT]",
    summary="Free a target, or a revision, after a failed verification.",
    examples=(
        "unlock web production",
        "unlock web production because the cause is mended",
        "unlock web production 5d2f0b7",
    ),
    permission=Permission.DEPLOY,
    details=(
        "Where verification failed and rolled back by itself, the target is locked and the revision is in quarantine there.",
        "Without a revision the lock is lifted; the revision stays in quarantine, so that nobody deploys it again by mistake.",
        "With a revision that one may be deployed there again; the lock stays as it is.",
    ),
)


def request(words: Words, invocation: Invocation) -> UnlockRequest:
    """Done at once: it starts nothing, and is written into the audit."""
    del invocation
    return UnlockRequest(target=words.target, revision=words.ref, because=words.because)
