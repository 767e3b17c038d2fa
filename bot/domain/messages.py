"""A Slack message or view as plain values; `bot.views` makes them, `bot.slack` sends them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
Block: TypeAlias = dict[str, Json]


@dataclass(frozen=True, kw_only=True)
class Message:
    """`text` is what screen readers and lock screens get: whole sentences, never empty. `material` changes only when people must see an edit."""

    text: str
    blocks: tuple[Block, ...] = ()
    material: str = ""
    broadcast: bool = False  # a thread reply that is also shown in the channel

    def payload(self) -> dict[str, Json]:
        """As Slack's API takes it."""
        return {"text": self.text, "blocks": list(self.blocks)}


@dataclass(frozen=True, kw_only=True)
class View:
    """A modal or Home tab as Slack's API takes it."""

    body: Mapping[str, Json]
