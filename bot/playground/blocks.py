"""The Block Kit validator: blocks, messages and views, answered with Slack's codes and JSON pointers."""

import json
from collections.abc import Iterator
from typing import Any

from bot.playground.chance import Chance
from bot.playground.checks import Check, Problem, Report, boolean, by_type, enum, items, listed, shape, string
from bot.playground.elements import plain
from bot.playground.errors import Json
from bot.playground.layouts import LAYOUTS, MOST_BLOCKS, SURFACES

VIEW_LIMIT = 250_000


def check_blocks(report: Report, pointer: str, blocks: Any) -> None:
    """Check a list of blocks for the report's surface: number, kinds, contents, and ids that must be unique."""
    one = by_type(LAYOUTS, SURFACES[report.surface])
    items(one, MOST_BLOCKS[report.surface], 0)(report, pointer, blocks)
    if not isinstance(blocks, list):
        return
    for at, block in enumerate(blocks):
        if isinstance(block, dict):
            _unique_ids(report, f"{pointer}/{at}", block)
    _tables(report, pointer, blocks)


def _unique_ids(report: Report, pointer: str, block: Json) -> None:
    block_id = block.get("block_id")
    if isinstance(block_id, str):
        if block_id in report.block_ids:
            report.add(f"{pointer}/block_id", f"`block_id` {block_id} already exists", type="unique")
        report.block_ids.add(block_id)
    seen: set[str] = set()  # an action_id has to be unique in its block only
    for where, element in elements_with_pointers(block):
        action_id = element.get("action_id")
        if isinstance(action_id, str):
            if action_id in seen:
                report.add(f"{pointer}{where}/action_id", f"`action_id` {action_id} already exists", type="unique")
            seen.add(action_id)


def _tables(report: Report, pointer: str, blocks: list[Any]) -> None:
    kinds = [str(block.get("type")) for block in blocks if isinstance(block, dict)]
    if sum(kind in {"table", "data_table"} for kind in kinds) > 1:
        report.problems.append(
            Problem(pointer=pointer, message="only_one_table_allowed", code="only_one_table_allowed")
        )
    if kinds.count("data_visualization") > 2:
        report.add(pointer, "no more than 2 data_visualization blocks allowed", type="max_items", expected=2)


def elements_with_pointers(block: Json) -> Iterator[tuple[str, Json]]:
    """Yield the interactive elements of a block with their pointers inside it."""
    for key in ("accessory", "element"):
        if isinstance(block.get(key), dict):
            yield f"/{key}", block[key]
    for key in ("elements", "child_blocks", "actions"):
        for at, item in enumerate(listed(block.get(key))):
            if isinstance(item, dict):
                yield f"/{key}/{at}", item
                if key == "child_blocks" or item.get("type") == "card":
                    yield from ((f"/{key}/{at}{where}", inner) for where, inner in elements_with_pointers(item))


def elements(block: Json) -> Iterator[Json]:
    """Yield the interactive elements of a block."""
    return (element for _, element in elements_with_pointers(block))


def block_problems(blocks: Any, surface: str = "message") -> list[Problem]:
    """Return what Slack would refuse in a list of blocks; pointers begin at the list (`/0/text`)."""
    report = Report(surface=surface)
    check_blocks(report, "", blocks)
    return report.problems


def message_problems(message: Any) -> list[Problem]:
    """Return what Slack would refuse in a message payload; pointers begin at the message (`/blocks/0`)."""
    report = Report()
    if not isinstance(message, dict):
        report.add("", "must provide an object", type="object")
        return report.problems
    if message.get("blocks") is not None:
        check_blocks(report, "/blocks", message["blocks"])
    if message.get("text") is not None:
        string(40_000, 0)(report, "/text", message["text"])
    for at, attachment in enumerate(listed(message.get("attachments"))):
        if isinstance(attachment, dict) and attachment.get("blocks") is not None:
            check_blocks(report, f"/attachments/{at}/blocks", attachment["blocks"])
    return report.problems


SHARED_VIEW: dict[str, Check] = {
    "blocks": check_blocks,
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
MODAL = shape(
    {"title": plain(24), "blocks": check_blocks},
    {
        **SHARED_VIEW,
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)
HOME = shape({"blocks": check_blocks}, {**SHARED_VIEW, "title": plain(24), "submit": plain(24), "close": plain(24)})


def view_problems(view: Any) -> list[Problem]:
    """Return what Slack would refuse in a view; pointers begin at the view (`/title/text`)."""
    report = Report()
    if not isinstance(view, dict):
        report.add("", "must provide an object", type="object")
        return report.problems
    kind = view.get("type")
    enum("modal", "home")(report, "/type", kind)
    if report.problems:
        return report.problems
    report.surface = str(kind)
    (MODAL if kind == "modal" else HOME)(report, "", view)
    if kind == "modal" and view.get("submit") is None and _has_input(view):
        report.add("/submit", "must be defined when an input block is present", type="required", expected="submit")
    return report.problems


def _has_input(view: Json) -> bool:
    return any(isinstance(block, dict) and block.get("type") == "input" for block in listed(view.get("blocks")))


def too_large(view: Any) -> bool:
    """Tell whether a view exceeds the 250 KB Slack takes."""
    return len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_LIMIT


def completed(blocks: list[Json], chance: Chance) -> list[Json]:
    """Return the blocks as Slack keeps them: with `block_id` and `action_id` made up where missing, defaults spelled out."""
    return [_completed(block, chance) for block in blocks]


def _completed(block: Json, chance: Chance) -> Json:
    kept: Json = spelled_out(block)
    kept.setdefault("block_id", chance.letters(5))
    for element in elements(kept):
        if element.get("type") in NAMED_ELEMENTS:
            element.setdefault("action_id", chance.letters(5))
    return kept


# fmt: off
NAMED_ELEMENTS = frozenset({
    "button", "workflow_button", "icon_button", "feedback_buttons", "overflow", "checkboxes", "radio_buttons",
    "datepicker", "timepicker", "datetimepicker", "plain_text_input", "email_text_input", "url_text_input",
    "number_input", "rich_text_input", "file_input", "static_select", "external_select", "users_select",
    "channels_select", "conversations_select", "multi_static_select", "multi_external_select",
    "multi_users_select", "multi_channels_select", "multi_conversations_select",
})
# fmt: on


def spelled_out(item: Any) -> Any:
    """Return a Block Kit value with the defaults Slack adds: `emoji` and `verbatim`."""
    if isinstance(item, list):
        return [spelled_out(inner) for inner in item]
    if not isinstance(item, dict):
        return item
    kept = {key: spelled_out(value) for key, value in item.items()}
    if kept.get("type") == "plain_text":
        kept.setdefault("emoji", True)
    elif kept.get("type") == "mrkdwn":
        kept.setdefault("verbatim", False)
    return kept
