"""Block Kit's layout blocks with their limits, and which of them each surface takes."""

from bot.playground.checks import (
    Check,
    Report,
    anything,
    boolean,
    by_type,
    enum,
    exactly_one,
    items,
    listed,
    number,
    shape,
    string,
)
from bot.playground.elements import ELEMENTS, IMAGE, IN_ACTIONS, IN_INPUT, IN_SECTION, SLACK_FILE, URL, plain, text
from bot.playground.errors import Json
from bot.playground.richtext import RICH_TEXT

ID = string(255)
WITH_IMAGE = {**ELEMENTS, "image": IMAGE}
PICTURE = by_type({"image": IMAGE})
RICH = by_type({"rich_text": RICH_TEXT})
CELLS = {
    "rich_text": RICH_TEXT,
    "raw_text": shape({"text": string(10_000, 0)}),
    "raw_number": shape({"value": number(), "text": string(100, 0)}),
}
CELL = by_type(CELLS)
MARKDOWN_LIMIT = 12_000


def _block(required: dict[str, Check], optional: dict[str, Check] | None = None, *more: Check) -> Check:
    return shape(required, {**(optional or {}), "block_id": ID}, *more)


def _text_or_fields(report: Report, pointer: str, value: Json) -> None:
    if value.get("text") is None and value.get("fields") is None:
        report.add(pointer, "must define either text or fields", type="required", expected="text")


def _equal_rows(report: Report, pointer: str, value: Json) -> None:
    rows = [row for row in listed(value.get("rows")) if isinstance(row, list)]
    if len({len(row) for row in rows}) > 1:
        report.add(f"{pointer}/rows", "all rows must have the same number of columns", type="row_length")


def _markdown(report: Report, pointer: str, value: Json) -> None:
    report.markdown += len(str(value.get("text", "")))
    if report.markdown > MARKDOWN_LIMIT:
        report.add(f"{pointer}/text", "must be less than 12001 characters in all markdown blocks", type="max_length")


BODY = by_type({"mrkdwn": shape({"text": string(200)}, {"verbatim": boolean})})
HEADLINE = by_type({"mrkdwn": shape({"text": string(150)}, {"verbatim": boolean})})
CARD = _block(
    {},
    {
        "title": HEADLINE,
        "subtitle": HEADLINE,
        "body": BODY,
        "actions": items(by_type(ELEMENTS, {"button"}), 5),
        "hero_image": PICTURE,
        "icon": PICTURE,
    },
)
SOURCE = by_type({"url": shape({"url": URL, "text": string(500)})})
TASK = _block(
    {"task_id": ID, "title": ID, "status": enum("pending", "in_progress", "complete", "error")},
    {"details": RICH, "output": RICH, "sources": items(SOURCE, 50)},
)
COLUMN = shape({}, {"align": enum("left", "center", "right"), "is_wrapped": boolean})
TEXTS = {
    "plain_text": shape({"text": string(3000)}, {"emoji": boolean}),
    "mrkdwn": shape({"text": string(3000)}, {"verbatim": boolean}),
}
IMAGE_BLOCK = _block(
    {"alt_text": string(2000)},
    {"image_url": URL, "slack_file": SLACK_FILE, "title": plain(2000)},
    exactly_one("image_url", "slack_file"),
)
SIMPLE: dict[str, Check] = {
    "section": _block(
        {},
        {
            "text": text(3000),
            "fields": items(text(2000), 10),
            "accessory": by_type(WITH_IMAGE, IN_SECTION),
            "expand": boolean,
        },
        _text_or_fields,
    ),
    "header": _block({"text": plain(150)}),
    "divider": _block({}),
    "image": IMAGE_BLOCK,
    "context": _block({"elements": items(by_type({**TEXTS, "image": IMAGE}), 10)}),
    "actions": _block({"elements": items(by_type(ELEMENTS, IN_ACTIONS), 25)}),
    "input": _block(
        {"label": plain(2000), "element": by_type(ELEMENTS, IN_INPUT)},
        {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "rich_text": RICH_TEXT,
    "table": _block({"rows": items(items(CELL, 20), 100)}, {"column_settings": items(COLUMN, 20)}, _equal_rows),
    "file": _block({"external_id": ID, "source": enum("remote")}),
    "video": _block(
        {"alt_text": string(2000), "thumbnail_url": URL, "title": plain(200), "video_url": URL},
        {
            "author_name": string(50),
            "description": plain(200),
            "provider_icon_url": URL,
            "provider_name": string(100),
            "title_url": URL,
        },
    ),
}
LAYOUTS: dict[str, Check] = {
    **SIMPLE,
    "markdown": _block({"text": string(MARKDOWN_LIMIT)}, None, _markdown),
    "context_actions": _block({"elements": items(by_type(ELEMENTS, {"feedback_buttons", "icon_button"}), 5)}),
    "alert": _block({"text": text(3000)}, {"level": enum("default", "info", "warning", "error", "success")}),
    "data_table": _block(
        {"caption": ID, "rows": items(items(CELL, 20), 201, 2)},
        {"page_size": number(1, 100), "row_header_column_index": number(0)},
        _equal_rows,
    ),
    "data_visualization": _block({"title": anything, "chart": anything}),
    "task_card": TASK,
    "plan": _block({"title": ID}, {"tasks": items(by_type({"task_card": TASK}), 100, 0)}),
    "card": CARD,
    "carousel": _block({"elements": items(by_type({"card": CARD}), 10)}),
    "container": _block(
        {"child_blocks": items(by_type(SIMPLE), 10)},
        {
            "title": plain(150),
            "rich_text_title": RICH,
            "subtitle": text(150),
            "icon": PICTURE,
            "width": enum("narrow", "standard", "wide", "full"),
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
        },
    ),
}
COMMON = {"actions", "context", "divider", "header", "image", "rich_text", "section", "video", "input"}
SURFACES = {
    "message": (COMMON | set(LAYOUTS)) - {"alert"},
    "modal": COMMON | {"alert"},
    "home": COMMON,
}
MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
