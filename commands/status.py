"""Say what is where."""

from dataclasses import replace

from bot.commanding import Command, Vocabulary, Words
from bot.commanding.desk import Desk
from bot.domain.messages import Message
from bot.domain.requests import Invocation
from bot.domain.status import Status
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
    same = len(_names(words.environment, desk.vocabulary)) == 1
    board = await desk.status(
        invocation,
        services=words.services,
        environment=words.environment if same else "",
        everything=words.everything,
    )
    if words.environment and not same:
        board = replace(board, status=_limited(board.status, words.environment, desk.vocabulary))
    services = board.status.services
    if words.everything:
        return views.status_table(board.status)
    if len(words.services) == 1 and len(services) == 1:
        (service,) = services
        if words.environment and len(service.targets) == 1:
            return views.target_detail(service.targets[0], board.offers, names=board.names)
        return views.service_detail(service, board.offers, names=board.names)
    return views.status(board.status, command=desk.vocabulary.command)


def _names(word: str, vocabulary: Vocabulary) -> set[str]:
    """What services call that environment: an alias may be `eu` for one of them and `production` for the others."""
    return {found.name for service in vocabulary.services if (found := service.environment(word))}


def _limited(status: Status, word: str, vocabulary: Vocabulary) -> Status:
    """Each service with only its own environment of that name; those that have none are left out."""
    services = []
    for found in status.services:
        known = vocabulary.service(found.service)
        environment = known.environment(word) if known else None
        targets = tuple(each for each in found.targets if environment and each.target.environment == environment.name)
        services += [replace(found, targets=targets)] if targets else []
    return replace(status, services=tuple(services))
