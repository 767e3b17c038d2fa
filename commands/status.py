"""Say what is where."""

from bot.commanding import Command, Words
from bot.commanding.desk import Desk
from bot.domain.messages import Message
from bot.domain.requests import Invocation
from bot.domain.terms import Permission
from bot.views import status as views

COMMAND = Command(
    name="status",
    usage="status [SERVICE…] [ENVIRONMENT] [all]",
    summary="What is live where, and what is unusual.",
    examples=("status", "status web", "status web production", "status production", "status all"),
    permission=Permission.STATUS,
    aliases=("st",),
    details=(
        "A service alone is its status: `web` is `status web`.",
        "Without a service: your own, or those of this channel; `status all` is a table of everything.",
        "What is live is what the target itself answers; a difference from our record is shown.",
    ),
)


async def answer(words: Words, invocation: Invocation, desk: Desk) -> Message:
    """A table of everything, one target, one service, or a line for each."""
    board = await desk.status(
        invocation, services=words.services, environment=words.environment, everything=words.everything
    )
    services = board.status.services
    if words.everything:
        return views.status_table(board.status)
    if len(words.services) == 1 and len(services) == 1:
        (service,) = services
        if words.environment and len(service.targets) == 1:
            return views.target_detail(service.targets[0], board.offers, names=board.names)
        return views.service_detail(service, board.offers, names=board.names)
    return views.status(board.status, command=desk.vocabulary.command)
