"""The first words: in a channel the bot was invited to, and in the first direct message."""

from collections.abc import Sequence

from bot.domain.messages import Message
from bot.domain.terms import Target
from bot.views import kit
from bot.views.kit import Markup


def welcome_channel(services: Sequence[str], *, command: str = "/ops", example: Target | None = None) -> Message:
    """Posted once when the bot joins a channel; `services` are those whose cards go there."""
    here = (
        kit.mark("Cards of {} go here.", kit.listed(list(services), 4))
        if services
        else Markup("No service's cards go here.")
    )
    line = kit.mark("Ahoy. I deploy, roll back and say what is live. {}", here)
    try_this = _tries(command, example)
    text = kit.sentences("Quarterdeck is here: it deploys, rolls back and says what is live", kit.said(here))
    return kit.message(text, [kit.section(line, try_this), kit.context(_never())])


def welcome_direct(name: str, *, command: str = "/ops", example: Target | None = None) -> Message:
    """The first answer in a direct message."""
    line = kit.mark("Hello {}. Here you can leave out the command: just say what you want.", kit.inert(name, 40))
    said = kit.join(
        [kit.code(f"deploy {example.service} {example.environment}" if example else "status"), kit.code("help")]
    )
    text = kit.sentences("Hello, this is Quarterdeck", "Say what you want, for example status or help")
    return kit.message(text, [kit.section(line, said, _tries(command, example)), kit.context(_never())])


def _tries(command: str, example: Target | None) -> Markup:
    words = [f"{command} status", f"{command} help"]
    if example is not None:
        words.insert(0, f"{command} deploy {example.service} {example.environment}")
    return kit.mark("Try: {}", kit.join(kit.code(word, 100) for word in words))


def _never() -> Markup:
    return Markup("Nothing starts before you have seen and confirmed exactly what will happen.")
