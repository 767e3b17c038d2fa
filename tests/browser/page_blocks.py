"""Short ways to write Block Kit and messages, one of every block, and a form: what the page is shown in its tests."""

from typing import Any

Json = dict[str, Any]
NOW = 1795520000.0  # 2026-11-24 11:33:20 UTC: content never depends on the day the tests run
ADA, GRACE, LINUS, GUS, BOT = "U1ADA", "U1GRACE", "U1LINUS", "U1GUS", "U1DECK"
WEB, INCIDENTS, LEADS, OTHER, OLD, DM, GRACE_DM = "C1WEB", "C1INC", "C1LEADS", "C1OTHER", "C1OLD", "D1DECK", "D1GRACE"


def ts(minutes: float) -> str:
    """Return the timestamp `minutes` before the fixed now."""
    return f"{NOW - minutes * 60:.6f}"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": True}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str, **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def context(text: str) -> Json:
    return {"type": "context", "elements": [mrkdwn(text)]}


def button(label: str, action_id: str, **more: Any) -> Json:
    return {"type": "button", "text": plain(label), "action_id": action_id, "value": action_id, **more}


def actions(block_id: str, *elements: Json) -> Json:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def option(label: str, value: str = "", **more: Any) -> Json:
    return {"text": plain(label), "value": value or label, **more}


def field_block(block_id: str, label: str, element: Json, **more: Any) -> Json:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {"action_id": "it", **element},
        **more,
    }


def message(stamp: str, user: str, text: str, *blocks: Json, channel: str = WEB, **more: Any) -> Json:
    shown: Json = {
        "ts": stamp,
        "channel": channel,
        "user": user,
        "text": text,
        "blocks": list(blocks),
        "attachments": [],
    }
    shown |= {"edited": False, "ephemeral": False, "broadcast": False, "reactions": [], "files": []}
    return shown | ({"bot_id": "B1DECK", "username": "Quarterdeck"} if user == BOT else {}) | more


HOSTILE = (
    '<img src=x onerror="window.hacked=1"> &lt;script&gt;window.hacked=1&lt;/script&gt; '
    "<javascript:alert(1)|click> `<b>x</b>` \u202eRTL <!channel>"
)


def showcase() -> list[Json]:
    """Return one of every block, for the rendering tests and for looking at."""
    cell = {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "web", "style": {"bold": True}}]}
        ],
    }
    rich = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "Bold", "style": {"bold": True}},
                    {"type": "text", "text": " and "},
                    {"type": "user", "user_id": ADA},
                    {"type": "emoji", "name": "tada"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "first"}]},
                    {
                        "type": "rich_text_section",
                        "elements": [{"type": "link", "url": "https://example.com", "text": "second"}],
                    },
                ],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "quoted"}]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "make demo"}]},
        ],
    }
    return [
        {"type": "header", "text": plain("Every block")},
        section("A *section* with an accessory", accessory=button("Look", "look")),
        {"type": "section", "fields": [mrkdwn("*From*\n`a41c9e2`"), mrkdwn("*To*\n`5d2f0b7`")]},
        {"type": "divider"},
        {
            "type": "context",
            "elements": [
                {"type": "image", "image_url": "/files/dot.svg", "alt_text": "a dot"},
                mrkdwn("context with an image"),
            ],
        },
        actions(
            "every",
            button("Plain", "b1"),
            button("Primary", "b2", style="primary"),
            button("Danger", "b3", style="danger"),
            button("Docs", "b4", url="https://example.com"),
            {
                "type": "overflow",
                "action_id": "more",
                "options": [option("Silence", "silence"), option("Assign", "assign")],
            },
        ),
        actions(
            "choose",
            {
                "type": "static_select",
                "action_id": "one",
                "placeholder": plain("Pick one"),
                "option_groups": [
                    {"label": plain("Near"), "options": [option("staging")]},
                    {"label": plain("Far"), "options": [option("production")]},
                ],
            },
            {
                "type": "multi_static_select",
                "action_id": "many",
                "placeholder": plain("Pick some"),
                "options": [option("web"), option("api"), option("billing")],
            },
            {"type": "users_select", "action_id": "who", "initial_user": GRACE},
            {"type": "channels_select", "action_id": "where", "placeholder": plain("Channel")},
        ),
        actions(
            "more",
            {
                "type": "external_select",
                "action_id": "ext",
                "placeholder": plain("Search services"),
                "min_query_length": 1,
            },
            {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-24"},
            {"type": "timepicker", "action_id": "time", "initial_time": "14:30"},
        ),
        actions(
            "ticks",
            {
                "type": "radio_buttons",
                "action_id": "radio",
                "options": [option("Rolling"), option("All at once", description=plain("Faster, riskier"))],
            },
            {"type": "checkboxes", "action_id": "boxes", "options": [option("Notify owners")]},
        ),
        {"type": "image", "image_url": "/files/dot.svg", "alt_text": "a dot", "title": plain("An image")},
        rich,
        {
            "type": "markdown",
            "text": "## Markdown\nwith **bold**, [a link](https://example.com) and\n\n- a list\n- of two\n\n| a | b |\n|---|--:|\n| 1 | 2 |",
        },
        {
            "type": "table",
            "column_settings": [{}, {"align": "right"}],
            "rows": [
                [{"type": "raw_text", "text": "Service"}, {"type": "raw_text", "text": "Behind"}],
                [cell, {"type": "raw_number", "value": 6, "text": "6"}],
                [{"type": "raw_text", "text": "api"}, {"type": "raw_text", "text": "7"}],
            ],
        },
        {"type": "hologram", "text": "from the future"},
        section(
            "<!date^1795520000^{date_short} at {time}|then> · <!subteam^S1> · <https://example.com/a?b=1&amp;c=2|a link> · &lt;not a tag&gt;"
        ),
    ]


def modal(view_id: str = "V1", **more: Any) -> Json:
    """Return a form with inputs of many kinds."""
    blocks = [
        section("Every input. *production* is never preselected."),
        field_block("service", "Service", {"type": "plain_text_input", "placeholder": plain("web")}),
        field_block(
            "env",
            "Environment",
            {"type": "static_select", "options": [option("staging"), option("production")]},
            hint=plain("Where it goes"),
        ),
        field_block("why", "Why", {"type": "plain_text_input", "multiline": True}, optional=True),
        field_block(
            "count",
            "Replicas",
            {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "20"},
            optional=True,
        ),
        field_block("mail", "Mail", {"type": "email_text_input"}, optional=True),
        field_block("who", "Approvers", {"type": "multi_users_select", "placeholder": plain("People")}, optional=True),
        field_block(
            "how",
            "How",
            {
                "type": "radio_buttons",
                "options": [option("Rolling"), option("All at once")],
                "initial_option": option("Rolling"),
            },
            optional=True,
        ),
        field_block("tick", "Also", {"type": "checkboxes", "options": [option("Notify owners")]}, optional=True),
        field_block("day", "Day", {"type": "datepicker"}, optional=True),
    ]
    return {
        "id": view_id,
        "type": "modal",
        "callback_id": "form",
        "title": plain("Deploy a service"),
        "submit": plain("Continue"),
        "close": plain("Not now"),
        "blocks": blocks,
        **more,
    }


HOME = {
    "id": "V1HOME",
    "type": "home",
    "blocks": [
        {"type": "header", "text": plain("Good morning, Ada")},
        section(
            "*Waiting for you*\n✍️ *Needs approval* · api → production\nGrace asks for 1 approval by 14:05",
            accessory=button("See plan and approve…", "approve", style="primary"),
        ),
        {"type": "divider"},
        section(
            "*What is live*\n*web* · production `a41c9e2` since yesterday, healthy · staging is 6 changes ahead\n"
            "*api* · production `77ab310` since Thursday · ⚠️ 1 alert\n"
            "*billing* · same everywhere · 🔒 Linus, 3 days: “invoice run”"
        ),
        actions(
            "home", button("Deploy…", "deploy"), button("Roll back…", "rollback"), button("All services", "status")
        ),
        context("`/ops help` says more · updated <!date^1795520000^{time}|14:00>"),
    ],
}
