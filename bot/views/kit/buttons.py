"""Buttons: a label, a spoken twin, and nothing but the id of a stored offer behind them."""

from collections.abc import Iterable
from typing import Literal

from bot.domain.messages import Block, Json
from bot.domain.plans import Offer
from bot.views.kit import limits
from bot.views.kit.blocks import plain_text

Style = Literal["primary", "danger"]
PREFIX = "offer:"


def button(offer: Offer, label: str, *, accessible: str, style: Style | None = None) -> Block:
    """One button; `accessible` is what a screen reader says ("Roll back web in production"), at most 75 characters."""
    spoken = plain_text(accessible, limits.BUTTON)["text"]
    made: Block = {
        "type": "button",
        "action_id": f"{PREFIX}{offer.id}",
        "text": plain_text(label, limits.BUTTON),
        "value": offer.id,
        "accessibility_label": spoken,
    }
    return made | {"style": style} if style else made


def actions(buttons: Iterable[Block | None]) -> Block | None:
    """A row of at most three buttons, at most one of them primary; nothing where there is none."""
    row: list[Json] = []
    primary = False
    for made in [made for made in buttons if made][: limits.BUTTONS]:
        shown = {key: item for key, item in made.items() if key != "style" or item != "primary" or not primary}
        primary = primary or made.get("style") == "primary"
        row.append(shown)
    return {"type": "actions", "elements": row} if row else None
