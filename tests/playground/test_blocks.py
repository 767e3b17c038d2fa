"""The Block Kit validator: every limit Slack has, at the edge and one beyond it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.blocks import block_problems, message_problems, view_problems
from bot.playground.elements import ELEMENTS
from bot.playground.layouts import LAYOUTS


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict:
    return {"type": "mrkdwn", "text": text}


def option(value: str, **more: Any) -> dict:
    return {"text": plain(value), "value": value, **more}


def button(n: int = 0, **more: Any) -> dict:
    return {"type": "button", "text": plain("x"), "action_id": f"b{n}", **more}


def actions(*elements: dict) -> dict:
    return {"type": "actions", "elements": list(elements)}


def section(**more: Any) -> dict:
    return {"type": "section", "text": mrkdwn("x"), **more}


def select(**more: Any) -> dict:
    return {"type": "static_select", "action_id": "s", "options": [option("a")], **more}


RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "hi", "style": {"bold": True}},
                {"type": "user", "user_id": "U1"},
                {"type": "link", "url": "https://x.io"},
                {"type": "emoji", "name": "wave"},
                {"type": "date", "timestamp": 1, "format": "{date}"},
                {"type": "broadcast", "range": "here"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}],
        },
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "code"}]},
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
    ],
}
CELL = {"type": "raw_text", "text": "x"}
GOOD = [
    section(),
    {"type": "section", "fields": [mrkdwn("x" * 2000)] * 10},
    section(accessory={"type": "image", "image_url": "https://x.io/a.png", "alt_text": "a"}),
    {"type": "header", "text": plain("x" * 150)},
    {"type": "context", "elements": [mrkdwn("x")] * 10},
    actions(*(button(n) for n in range(25))),
    actions(button(value="x" * 2000, url="https://x.io", style="danger", accessibility_label="Deploy")),
    actions(
        select(initial_option=option("a")),
        {"type": "overflow", "action_id": "o", "options": [option("a"), option("b")]},
    ),
    {"type": "image", "image_url": "https://x.io/a.png", "alt_text": "a", "title": plain("t")},
    {"type": "markdown", "text": "x" * 12_000},
    {
        "type": "table",
        "rows": [[CELL] * 20] * 100,
        "column_settings": [{"align": "right", "is_wrapped": True}],
    },
    {"type": "data_table", "caption": "c", "rows": [[CELL]] * 201, "page_size": 5},
    RICH,
    {"type": "divider", "block_id": "x" * 255},
    {
        "type": "plan",
        "title": "Deploy",
        "tasks": [{"type": "task_card", "task_id": "1", "title": "t", "status": "pending"}],
    },
    {"type": "task_card", "task_id": "1", "title": "t", "status": "complete", "details": RICH},
    {"type": "carousel", "elements": [{"type": "card", "title": mrkdwn("t"), "body": mrkdwn("x" * 200)}] * 10},
    {"type": "container", "title": plain("t"), "child_blocks": [section()], "is_collapsible": True},
    {"type": "video", "alt_text": "a", "thumbnail_url": "https://x", "title": plain("t"), "video_url": "https://x"},
]


@pytest.mark.parametrize("block", GOOD, ids=lambda block: block["type"])
def test_what_slack_accepts_passes(block: dict) -> None:
    """Blocks at their limits are accepted."""
    assert block_problems([block]) == []


BAD: list[tuple[dict, str, str]] = [
    ({"type": "nonsense"}, "/0/type", "unsupported type: nonsense"),
    ({"type": "section"}, "/0", "must define either text or fields"),
    (section(text=mrkdwn("")), "/0/text/text", "must be more than 0 characters"),
    (section(text=mrkdwn("x" * 3001)), "/0/text/text", "must be less than 3001 characters"),
    ({"type": "section", "fields": [mrkdwn("x")] * 11}, "/0/fields", "no more than 10 items allowed"),
    ({"type": "section", "fields": [mrkdwn("x" * 2001)]}, "/0/fields/0/text", "must be less than 2001 characters"),
    (section(surprise=1), "/0", "invalid additional property: surprise"),
    (section(block_id="x" * 256), "/0/block_id", "must be less than 256 characters"),
    ({"type": "header", "text": mrkdwn("x")}, "/0/text/type", "unsupported type: mrkdwn"),
    ({"type": "context", "elements": []}, "/0/elements", "no fewer than 1 items allowed"),
    ({"type": "context", "elements": [mrkdwn("x")] * 11}, "/0/elements", "no more than 10 items allowed"),
    (actions(*(button(n) for n in range(26))), "/0/elements", "no more than 25 items allowed"),
    (actions(button(text=plain("x" * 76))), "/0/elements/0/text/text", "must be less than 76 characters"),
    (actions(button(value="x" * 2001)), "/0/elements/0/value", "must be less than 2001 characters"),
    (actions(button(style="loud")), "/0/elements/0/style", "must be a valid enum value: loud"),
    (
        actions({"type": "plain_text_input", "action_id": "x"}),
        "/0/elements/0/type",
        "unsupported type: plain_text_input",
    ),
    (
        actions(select(options=[option(str(n)) for n in range(101)])),
        "/0/elements/0/options",
        "no more than 100 items allowed",
    ),
    (
        actions(select(options=[option("x" * 151)])),
        "/0/elements/0/options/0/text/text",
        "must be less than 76 characters",
    ),
    (
        actions(select(option_groups=[])),
        "/0/elements/0",
        "must define exactly one of: options, option_groups",
    ),
    (
        actions(select(initial_option=option("zzz"))),
        "/0/elements/0",
        "initial option must exactly match one of the options",
    ),
    (
        actions({"type": "overflow", "action_id": "o", "options": [option(str(n)) for n in range(6)]}),
        "/0/elements/0/options",
        "no more than 5 items allowed",
    ),
    (actions(button(confirm={"title": plain("x")})), "/0/elements/0/confirm", "missing required field: text"),
    (
        {"type": "image", "alt_text": "x"},
        "/0",
        "must define exactly one of: image_url, slack_file",
    ),
    ({"type": "table", "rows": [[CELL] * 21]}, "/0/rows/0", "no more than 20 items allowed"),
    ({"type": "table", "rows": [[CELL], [CELL, CELL]]}, "/0/rows", "all rows must have the same number of columns"),
    ({"type": "markdown", "text": "x" * 12_001}, "/0/text", "must be less than 12001 characters"),
    ({"type": "alert", "text": mrkdwn("x")}, "/0/type", "unsupported type: alert"),
    (
        {"type": "actions", "elements": [{"type": "datepicker", "action_id": "d", "initial_date": "tomorrow"}]},
        "/0/elements/0/initial_date",
        "must be a date as YYYY-MM-DD",
    ),
]


@pytest.mark.parametrize(("block", "pointer", "message"), BAD)
def test_what_slack_refuses_is_pointed_at(block: dict, pointer: str, message: str) -> None:
    """One beyond a limit is refused, with the pointer to it."""
    assert (pointer, message) in [(problem.pointer, problem.message) for problem in block_problems([block])]


def test_ids_are_unique_in_a_message() -> None:
    """The same block_id or action_id twice is refused."""
    blocks = [actions(button(1), button(1)) | {"block_id": "same"}, section(block_id="same")]
    found = [problem.message for problem in block_problems(blocks)]
    assert found == ["`action_id` b1 already exists", "`block_id` same already exists"]


def test_sums_over_a_message() -> None:
    """Fifty blocks, one table, two charts, 12,000 characters of markdown in all."""
    assert block_problems([{"type": "divider"}] * 50) == []
    assert block_problems([{"type": "divider"}] * 51)[0].message == "no more than 50 items allowed"
    assert block_problems([{"type": "divider"}] * 100, "modal") == []
    table = {"type": "table", "rows": [[CELL]]}
    data_table = {"type": "data_table", "caption": "c", "rows": [[CELL], [CELL]]}
    assert block_problems([table, data_table])[0].code == "only_one_table_allowed"
    long = {"type": "markdown", "text": "x" * 6_001}
    assert "12001 characters in all" in block_problems([long, long])[0].message
    chart = {"type": "data_visualization", "title": "t", "chart": {}}
    assert block_problems([chart] * 3)[0].message == "no more than 2 data_visualization blocks allowed"


def test_messages_and_views_as_wholes() -> None:
    """Attachments are looked into; a modal needs a title, a home tab takes no alert."""
    bad = {"attachments": [{"blocks": [{"type": "nonsense"}]}]}
    assert message_problems(bad)[0].pointer == "/attachments/0/blocks/0/type"
    assert message_problems([])[0].message == "must provide an object"
    assert message_problems({"text": 5})[0].message == "must provide a string"
    assert view_problems({"type": "modal", "blocks": []})[0].message == "missing required field: title"
    assert view_problems({"type": "window"})[0].pointer == "/type"
    assert view_problems(3)[0].message == "must provide an object"
    alert = [{"type": "alert", "text": mrkdwn("x"), "level": "warning"}]
    assert view_problems({"type": "modal", "title": plain("T"), "blocks": alert}) == []
    assert view_problems({"type": "home", "blocks": alert})[0].message == "unsupported type: alert"


@pytest.mark.parametrize(
    "value", [None, 3, "x", [3], [None], [[]], {"type": "section"}, [{"type": 3}], [{"elements": 3}]]
)
def test_no_input_raises(value: Any) -> None:
    """Whatever is sent, the validator answers with problems."""
    assert block_problems(value)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from([*LAYOUTS, *ELEMENTS, "mrkdwn", "plain_text"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "text",
                    "elements",
                    "options",
                    "option_groups",
                    "rows",
                    "fields",
                    "accessory",
                    "element",
                    "value",
                    "blocks",
                ]
            )
            | st.text(max_size=3),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_the_validator_is_total(value: Any) -> None:
    """Fuzzed JSON never raises, as blocks, as a message, as a view."""
    block_problems(value)
    message_problems(value)
    view_problems(value)
