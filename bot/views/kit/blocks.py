"""Blocks that Slack always takes: whatever is too much becomes "+ 37 more", never an error."""

from collections.abc import Iterable, Sequence

from bot.domain.messages import Block, Json, Message
from bot.domain.plans import canonical_hash
from bot.views.kit import limits
from bot.views.kit.cleaning import cap
from bot.views.kit.markup import Markup, bare, inert, join, visible
from bot.views.kit.words import number

NOTHING = "–"
_PLAIN = str.maketrans({"<": "‹", ">": "›"})


def plain_text(text: str, most: int) -> dict[str, Json]:
    """A plain_text object: Slack parses nothing in it; angle brackets are swapped all the same."""
    shown = bare(text, most).translate(_PLAIN)
    return {"type": "plain_text", "text": shown or NOTHING, "emoji": False}


def label(text: str, most: int) -> dict[str, Json]:
    """A plain_text object of our own words, which may hold emoji."""
    return plain_text(text, most) | {"emoji": True}


def mrkdwn(text: Markup) -> dict[str, Json]:
    """A mrkdwn object; `verbatim` keeps Slack from making links and mentions out of plain words."""
    shown: str = text if len(text) <= limits.SECTION else inert(visible(text), limits.SECTION // 6)
    return {"type": "mrkdwn", "text": shown or NOTHING, "verbatim": True}


def section(*lines: Markup, more: str = "more") -> Block:
    """Lines of text under each other; those that do not fit are counted: "+ 37 more"."""
    return {"type": "section", "text": mrkdwn(stacked(lines, more=more))}


def stacked(lines: Sequence[Markup], *, most: int = limits.LINES, more: str = "more") -> Markup:
    """As many of the lines as fit, empty ones left out, and how many are missing."""
    kept: list[str] = []
    room = most
    shown = [line for line in lines if line]
    for at, line in enumerate(shown):
        if len(line) + 1 > room and kept:
            return Markup("\n".join([*kept, f"+ {number(len(shown) - at)} {more}"]))
        kept.append(line)
        room -= len(line) + 1
    return Markup("\n".join(kept))


def header(text: str) -> Block:
    """A large heading in plain text."""
    return {"type": "header", "text": label(text, limits.HEADER)}


def divider() -> Block:
    """A thin rule."""
    return {"type": "divider"}


def context(*parts: Markup | str) -> Block:
    """One line of small print, its parts joined by dots."""
    return {"type": "context", "elements": [mrkdwn(join(parts))]}


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, more: str = "more") -> Block:
    """A table of plain text (one per message): at most 100 rows with its heading, 20 columns and 10,000 characters."""
    width = min(len(columns), limits.TABLE_COLUMNS)
    made: list[Json] = [_row(columns[:width])]
    room = limits.TABLE_TEXT - 200
    for at, row in enumerate(rows):
        cells = [cap(bare(cell), 60) for cell in row[:width]]
        room -= sum(map(len, cells)) + width
        left = len(rows) - at
        if room < 0 or (len(made) == limits.TABLE_ROWS - 1 and left > 1):
            made.append(_row([f"+ {number(left)} {more}"] + [""] * (width - 1)))
            break
        made.append(_row(cells))
    settings: list[Json] = [{"is_wrapped": True} for _ in range(width)]
    return {"type": "table", "column_settings": settings, "rows": made}


def _row(cells: Sequence[str]) -> list[Json]:
    return [{"type": "raw_text", "text": bare(cell).translate(_PLAIN) or NOTHING} for cell in cells]


def whole(blocks: Iterable[Block | None], most: int = limits.BLOCKS) -> tuple[Block, ...]:
    """The blocks without gaps, at most `most`: the last one says how many are missing."""
    kept = [block for block in blocks if block]
    if len(kept) <= most:
        return tuple(kept)
    return (*kept[: most - 1], context(f"+ {number(len(kept) - most + 1)} more"))


def message(
    text: str, blocks: Iterable[Block | None] = (), *, material: Sequence[object] = (), broadcast: bool = False
) -> Message:
    """A Message: `text` comes from `sentences`; `material` lists the facts whose change makes an edit due."""
    fingerprint = canonical_hash({"material": [str(fact) for fact in material]}) if material else ""
    return Message(text=cap(text, limits.TEXT), blocks=whole(blocks), material=fingerprint, broadcast=broadcast)
