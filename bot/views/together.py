"""Several messages in one: under each other, with rules between them."""

from collections.abc import Sequence

from bot.domain.messages import Block, Message
from bot.views import kit


def together(messages: Sequence[Message]) -> Message:
    """One message of all of them; those that do not fit into Slack's fifty blocks are counted."""
    assert messages, "there is something to say"
    if len(messages) == 1:
        return messages[0]
    blocks: list[Block] = []
    for at, message in enumerate(messages):
        wanted = [*([kit.divider()] if blocks else []), *message.blocks]
        if len(blocks) + len(wanted) > kit.limits.BLOCKS - 1:
            blocks.append(kit.context(f"+ {kit.plural(len(messages) - at, 'more answer')}: ask for fewer at once"))
            break
        blocks += wanted
    text = " ".join(message.text for message in messages)
    return Message(
        text=kit.cap(text, kit.limits.TEXT), blocks=tuple(blocks), material=" ".join(m.material for m in messages)
    )
