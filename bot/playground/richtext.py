"""The rich_text block: sections, lists, quotes and preformatted text, checked element by element."""

from bot.playground.checks import Check, boolean, by_type, enum, items, number, shape, string

STYLE = shape({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight"), boolean))
ID = string(255)


def _inline(required: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    return shape(required, {**(optional or {}), "style": STYLE})


INLINE = by_type(
    {
        "text": _inline({"text": string(10_000, 0)}),
        "link": _inline({"url": string(3000)}, {"text": string(3000, 0), "unsafe": boolean}),
        "user": _inline({"user_id": ID}),
        "usergroup": _inline({"usergroup_id": ID}),
        "channel": _inline({"channel_id": ID}),
        "team": _inline({"team_id": ID}),
        "emoji": _inline(
            {"name": string(255)}, {"unicode": string(255), "url": string(3000), "skin_tone": number(1, 6)}
        ),
        "broadcast": _inline({"range": enum("here", "channel", "everyone")}),
        "color": _inline({"value": string(20)}),
        "date": _inline({"timestamp": number(), "format": string(255)}, {"fallback": string(255), "url": string(3000)}),
    }
)
SECTION = shape({"elements": items(INLINE, 1000, 0)})
BORDER = enum(0, 1)
RICH_PARTS = {
    "rich_text_section": SECTION,
    "rich_text_list": shape(
        {"elements": items(by_type({"rich_text_section": SECTION}), 1000), "style": enum("bullet", "ordered")},
        {"indent": number(0, 8), "offset": number(0), "border": BORDER},
    ),
    "rich_text_preformatted": shape({"elements": items(INLINE, 1000)}, {"border": BORDER, "language": string(50)}),
    "rich_text_quote": shape({"elements": items(INLINE, 1000)}, {"border": BORDER}),
}
RICH_TEXT = shape({"elements": items(by_type(RICH_PARTS), 100, 0)}, {"block_id": ID})
