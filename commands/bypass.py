"""Go on without the approvals that a request waits for: by right, with a reason, loudly."""

from bot.commanding import Command, Words
from bot.domain.requests import BypassRequest, Invocation
from bot.domain.terms import Permission

COMMAND = Command(
    name="bypass",
    usage="bypass SERVICE ENVIRONMENT [--because TEXT]",
    summary="Go on without the approvals that it waits for.",
    examples=("bypass web production because checkout is down",),
    permission=Permission.BYPASS,
    details=(
        "Only for whoever a role gives the permission bypass; a reason is needed.",
        "The channel reads who did it and why, it is in the audit, and every other gate is still asked.",
    ),
)


def request(words: Words, invocation: Invocation) -> BypassRequest:
    """Done at once, and said aloud."""
    del invocation
    return BypassRequest(target=words.target, because=words.because)
