"""Help: by what this person may do here, with examples that would really work."""

from bot.domain.help import HelpPage, Topic
from bot.domain.messages import Message
from bot.views import kit
from bot.views.kit import Markup


def help_page(page: HelpPage) -> Message:
    """Acting commands first, each with one example; what this person may not do is named at the end, with who can change that."""
    acting = [topic for topic in page.allowed if topic.acting]
    reading = [topic for topic in page.allowed if not topic.acting]
    blocks = [
        kit.section(Markup("*You can*"), *(_line(topic, page) for topic in acting)) if acting else None,
        kit.section(Markup("*You can see*"), *(_line(topic, page) for topic in reading)) if reading else None,
        kit.section(_refused(page)) if page.refused else None,
        kit.context(*_small(page)),
    ]
    verbs = ", ".join(topic.verb for topic in page.allowed)
    text = kit.sentences(f"Help: you can use {verbs}" if verbs else "Help: you can use nothing here")
    return kit.message(text, blocks)


def _line(topic: Topic, page: HelpPage) -> Markup:
    return kit.mark("{}  {}", kit.code(_example(topic, page), 100), kit.sentence(topic.sentence))


def _example(topic: Topic, page: HelpPage) -> str:
    """The usage with a target that exists here in place of the capital words."""
    words = topic.usage
    if page.example is not None:
        words = words.replace("SERVICE", page.example.service).replace("ENVIRONMENT", page.example.environment)
    return f"{page.command} {words}"


def _refused(page: HelpPage) -> Markup:
    verbs = kit.listed([topic.verb for topic in page.refused], 6)
    where = kit.mark(" {}", page.where) if page.where else Markup("")
    ask = kit.mark(" Ask {}.", kit.sentence(", ".join(page.helpers), page.helpers)) if page.helpers else Markup("")
    return kit.mark("Not yours{}: {}.{}", where, verbs, ask)


def _small(page: HelpPage) -> list[str]:
    more = kit.mark("more: {}", kit.code(f"{page.command} help deploy"))
    return [more, "every command also works as a mention, in a direct message and in a thread"]


def help_topic(topic: Topic, *, command: str = "/ops") -> Message:
    """`help deploy`: everything about one command."""
    examples = [kit.code(f"{command} {example}", 160) for example in topic.examples]
    lines = [kit.code(f"{command} {topic.usage}", 160), kit.sentence(topic.sentence), *map(kit.sentence, topic.more)]
    blocks = [kit.section(*lines), kit.section(Markup("*For example*"), *examples) if examples else None]
    return kit.message(kit.sentences(f"Help: {topic.usage}", kit.spoken(topic.sentence, 200)), blocks)
