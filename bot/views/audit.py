"""The audit's head, posted once a day: whoever may write the database cannot write this message."""

from collections.abc import Mapping

from bot.domain.messages import Message
from bot.views import kit
from bot.views.kit import Markup


def head(body: Mapping[str, str]) -> Message:
    """`body` is the row's: `id` (the last line), `hash` (64 digits) and `count`, as they were when it was owed."""
    number = int(body["count"])
    lines = "1 line" if number == 1 else f"{number} lines"
    title = kit.mark("Audit: {} so far. Head {}", lines, kit.code(f"{body['id']}:{body['hash']}", 100))
    words = kit.mark("{} compares the audit with it.", kit.code("quarterdeck audit verify --head …", 60))
    text = kit.sentences(f"The audit has {lines}; its head is line {body['id']}")
    return kit.message(text, [kit.section(title, Markup("Keep this message."), words)])
