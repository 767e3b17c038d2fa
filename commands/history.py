"""Tell what was live and what was tried."""

from bot.commanding import Command, Words
from bot.commanding.desk import Desk
from bot.domain.messages import Message
from bot.domain.requests import Invocation
from bot.domain.terms import Permission, Target
from bot.errors import UserError
from bot.views.history import history
from bot.views.together import together

COMMAND = Command(
    name="history",
    usage="history SERVICE [ENVIRONMENT]",
    summary="What was live there and what was tried, newest first.",
    examples=("history web", "history web production"),
    permission=Permission.HISTORY,
    aliases=("log",),
    details=("It also lists what was deployed outside Quarterdeck, as far as it was seen.",),
)


async def answer(words: Words, invocation: Invocation, desk: Desk) -> Message:
    """One target, or every environment of the service: the last one first, since it is what people look for."""
    del invocation
    messages = []
    for target in words.targets or _targets(words, desk):
        past = await desk.history(target)
        messages.append(history(target, past.entries, live=past.live, names=past.names, more=past.more))
    if not messages:
        raise UserError(f"{words.services[0]} has no environment yet.", hint="An operator adds one to its service.")
    return together(messages)


def _targets(words: Words, desk: Desk) -> list[Target]:
    service = desk.vocabulary.service(words.services[0])
    environments = service.environments if service else ()
    return [Target(service=words.services[0], environment=each.name) for each in reversed(environments)]
