"""Stop what runs on a target."""

from bot.commanding import Command, Words
from bot.domain.requests import Invocation, StopRequest
from bot.domain.terms import Permission

COMMAND = Command(
    name="stop",
    usage="stop SERVICE ENVIRONMENT [--because TEXT]",
    summary="Stop the deployment that runs there.",
    examples=("stop web production", "stop web production because wrong branch"),
    permission=Permission.STOP,
    aliases=("cancel",),
    details=(
        "In the thread of a deployment a mention with stop alone is enough.",
        "What has not started is taken out of the queue; what runs is asked to stop, which may leave it half done.",
        "To go back to what worked before, use `rollback`: it takes over what runs.",
    ),
)


def request(words: Words, invocation: Invocation) -> StopRequest:
    """Whatever operation holds the target."""
    del invocation
    return StopRequest(target=words.target, because=words.because)
