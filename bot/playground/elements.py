"""Block Kit's composition objects and interactive elements, with the limits Slack holds them to."""

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
    pattern,
    shape,
    string,
)
from bot.playground.errors import Json

DATE = pattern(r"\d{4}-\d{2}-\d{2}", "a date as YYYY-MM-DD")
TIME = pattern(r"([01]\d|2[0-3]):[0-5]\d", "a time as HH:mm")
URL = string(3000)


def plain(most: int, least: int = 1) -> Check:
    """Check a plain_text object of up to `most` characters."""
    body = shape({"text": string(most, least)}, {"emoji": boolean})
    return by_type({"plain_text": body})


def text(most: int, least: int = 1) -> Check:
    """Check a plain_text or mrkdwn object of up to `most` characters."""
    bodies = {
        "plain_text": shape({"text": string(most, least)}, {"emoji": boolean}),
        "mrkdwn": shape({"text": string(most, least)}, {"verbatim": boolean}),
    }
    return by_type(bodies)


CONFIRM = shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": enum("primary", "danger")},
)
STYLE = enum("primary", "danger")


def option(label: Check) -> Check:
    """Check an option whose text is checked by `label`."""
    return shape({"text": label, "value": string(150)}, {"description": text(75), "url": URL})


MENU_OPTION = option(plain(75))
CHOICE = option(text(75))
OPTION_GROUP = shape({"label": plain(75), "options": items(MENU_OPTION, 100)})


def _initial_option(report: Report, pointer: str, value: Json) -> None:
    offered = [*listed(value.get("options"))]
    for group in listed(value.get("option_groups")):
        offered += listed(group.get("options")) if isinstance(group, dict) else []
    known = {str(item.get("value")) for item in offered if isinstance(item, dict)}
    chosen = [value.get("initial_option"), *listed(value.get("initial_options"))]
    for item in chosen:
        if isinstance(item, dict) and str(item.get("value")) not in known:
            report.add(pointer, "initial option must exactly match one of the options", type="initial_option")


def _unique_values(report: Report, pointer: str, value: Json) -> None:
    values = [item.get("value") for item in listed(value.get("options")) if isinstance(item, dict)]
    if len(values) != len(set(map(str, values))):
        report.add(f"{pointer}/options", "option values must be unique", type="unique")


def _filled(report: Report, pointer: str, value: Json) -> None:
    if value.get("default_to_current_conversation") and value.get("initial_conversation"):
        report.add(pointer, "cannot have both an initial and a default conversation", type="conflict")


def _lengths(report: Report, pointer: str, value: Json) -> None:
    least, most, start = value.get("min_length"), value.get("max_length"), value.get("initial_value")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        report.add(pointer, "min_length must not be more than max_length", type="conflict")
    if isinstance(most, int) and isinstance(start, str) and len(start) > most:
        report.add(f"{pointer}/initial_value", f"must be less than {most + 1} characters", type="max_length")


CONTROL: dict[str, Check] = {"action_id": string(255), "confirm": CONFIRM, "focus_on_load": boolean}
MENU: dict[str, Check] = {**CONTROL, "placeholder": plain(150)}
MULTI: dict[str, Check] = {**MENU, "max_selected_items": number(1)}
REPLYING: dict[str, Check] = {"response_url_enabled": boolean}
KINDS = enum("im", "mpim", "private", "public")
FILTER = shape(
    {}, {"include": items(KINDS, 4), "exclude_bot_users": boolean, "exclude_external_shared_channels": boolean}
)
CONVERSATION: dict[str, Check] = {"default_to_current_conversation": boolean, "filter": FILTER}
STATIC: dict[str, Check] = {"options": items(MENU_OPTION, 100), "option_groups": items(OPTION_GROUP, 100)}
DISPATCH = shape({}, {"trigger_actions_on": items(enum("on_enter_pressed", "on_character_entered"), 2)})
FIELD: dict[str, Check] = {
    "action_id": string(255),
    "placeholder": plain(150),
    "focus_on_load": boolean,
    "dispatch_action_config": DISPATCH,
}
ID = string(255)
FEEDBACK = shape({"text": plain(75), "value": string(2000)}, {"accessibility_label": string(75)})
PARAMETERS = shape({"name": string(255), "value": string(3000)})
WORKFLOW = shape({"trigger": shape({"url": URL}, {"customizable_input_parameters": items(PARAMETERS, 100)})})
BUTTON_LOOK: dict[str, Check] = {**CONTROL, "style": STYLE, "accessibility_label": string(75)}
ONE_LIST = exactly_one("options", "option_groups")

INITIAL_RICH = by_type({"rich_text": shape({"elements": items(anything, 100, 0)}, {"block_id": ID})})


ELEMENTS: dict[str, Check] = {
    "button": shape({"text": plain(75)}, {**BUTTON_LOOK, "url": URL, "value": string(2000, 0)}),
    "workflow_button": shape({"text": plain(75), "workflow": WORKFLOW}, BUTTON_LOOK),
    "icon_button": shape(
        {"icon": enum("trash"), "text": plain(75)},
        {**CONTROL, "value": string(2000), "accessibility_label": string(75), "visible_to_user_ids": items(ID, 50)},
    ),
    "feedback_buttons": shape({"positive_button": FEEDBACK, "negative_button": FEEDBACK}, {"action_id": string(255)}),
    "overflow": shape({"options": items(MENU_OPTION, 5)}, CONTROL, _unique_values),
    "checkboxes": shape(
        {"options": items(CHOICE, 10)},
        {**CONTROL, "initial_options": items(CHOICE, 10)},
        _initial_option,
        _unique_values,
    ),
    "radio_buttons": shape(
        {"options": items(CHOICE, 10)}, {**CONTROL, "initial_option": CHOICE}, _initial_option, _unique_values
    ),
    "static_select": shape({}, {**MENU, **STATIC, "initial_option": MENU_OPTION}, ONE_LIST, _initial_option),
    "multi_static_select": shape(
        {}, {**MULTI, **STATIC, "initial_options": items(MENU_OPTION, 100)}, ONE_LIST, _initial_option
    ),
    "external_select": shape({}, {**MENU, "initial_option": MENU_OPTION, "min_query_length": number(0)}),
    "multi_external_select": shape(
        {}, {**MULTI, "initial_options": items(MENU_OPTION, 100), "min_query_length": number(0)}
    ),
    "users_select": shape({}, {**MENU, "initial_user": ID}),
    "multi_users_select": shape({}, {**MULTI, "initial_users": items(ID, 100)}),
    "channels_select": shape({}, {**MENU, **REPLYING, "initial_channel": ID}),
    "multi_channels_select": shape({}, {**MULTI, "initial_channels": items(ID, 100)}),
    "conversations_select": shape({}, {**MENU, **REPLYING, **CONVERSATION, "initial_conversation": ID}, _filled),
    "multi_conversations_select": shape({}, {**MULTI, **CONVERSATION, "initial_conversations": items(ID, 100)}),
    "datepicker": shape({}, {**MENU, "initial_date": DATE}),
    "timepicker": shape({}, {**MENU, "initial_time": TIME, "timezone": string(100)}),
    "datetimepicker": shape({}, {**CONTROL, "initial_date_time": number(1_000_000_000, 9_999_999_999)}),
    "plain_text_input": shape(
        {},
        {
            **FIELD,
            "initial_value": string(3000, 0),
            "multiline": boolean,
            "min_length": number(0, 3000),
            "max_length": number(1, 3000),
        },
        _lengths,
    ),
    "email_text_input": shape({}, {**FIELD, "initial_value": string(3000, 0)}),
    "url_text_input": shape({}, {**FIELD, "initial_value": string(3000, 0)}),
    "number_input": shape(
        {"is_decimal_allowed": boolean},
        {**FIELD, "initial_value": string(3000, 0), "min_value": string(3000), "max_value": string(3000)},
    ),
    "rich_text_input": shape(
        {}, {**FIELD, "initial_value": INITIAL_RICH, "min_lines": number(1), "max_lines": number(1)}
    ),
    "file_input": shape(
        {}, {"action_id": string(255), "filetypes": items(string(20), 100), "max_files": number(1, 10)}
    ),
}
SELECTS = frozenset(kind for kind in ELEMENTS if kind.endswith("_select"))
CHOOSERS = SELECTS | {"checkboxes", "radio_buttons", "datepicker", "timepicker"}
IN_ACTIONS = CHOOSERS | {"button", "overflow", "datetimepicker", "workflow_button", "rich_text_input"}
IN_SECTION = CHOOSERS | {"button", "overflow", "workflow_button", "image"}
IN_INPUT = CHOOSERS | {
    "datetimepicker",
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
}
SLACK_FILE = shape({}, {"id": ID, "url": URL}, exactly_one("id", "url"))
IMAGE = shape(
    {"alt_text": string(2000)}, {"image_url": URL, "slack_file": SLACK_FILE}, exactly_one("image_url", "slack_file")
)
