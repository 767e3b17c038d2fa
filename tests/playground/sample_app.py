"""A sample Slack app (official Bolt) that uses every surface, to develop the playground's page against.

Run `python -m bot.playground --port 8555`, then `python tests/playground/sample_app.py --api http://127.0.0.1:8555/api/`
with the tokens it printed in SLACK_BOT_TOKEN and SLACK_APP_TOKEN (or none: `--serve PORT` starts a playground of its own).
"""

import argparse
import asyncio
import os
import re
import sys

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

MANIFEST = {
    "display_information": {"name": "Sample"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "bot_user": {"display_name": "Sample", "always_online": True},
        "slash_commands": [
            {"command": "/ops", "description": "Try everything", "usage_hint": "form | card | thread | slow", "should_escape": True},
            {"command": "/deploy", "description": "Deploy a service", "usage_hint": "web staging", "should_escape": True},
        ],
        "shortcuts": [
            {"name": "Start a deploy", "type": "global", "callback_id": "start", "description": "Opens the form"},
            {"name": "Deploy this…", "type": "message", "callback_id": "deploy_this", "description": "About this message"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "app_mentions:read", "channels:history", "channels:read", "chat:write", "chat:write.public", "commands", "files:write",
                "im:history", "im:write", "reactions:write", "users:read",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened", "app_mention", "message.im"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}  # fmt: skip
COLOURS = ("red", "green", "blue")


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict:
    return {"type": "mrkdwn", "text": text}


def option(value: str) -> dict:
    return {"text": plain(value.capitalize()), "value": value}


def button(label: str, action: str, value: str = "", **more: object) -> dict:
    return {"type": "button", "text": plain(label), "action_id": action, "value": value, **more}


CONFIRM = {
    "title": plain("Really?"),
    "text": mrkdwn("This deploys *web* to *production*."),
    "confirm": plain("Deploy"),
    "deny": plain("Not now"),
}


def plan_blocks(text: str) -> list:
    menu = {
        "type": "overflow",
        "action_id": "more",
        "options": [option("silence"), option("assign"), option("dashboard")],
    }
    return [
        {"type": "header", "text": plain("A plan")},
        {
            "type": "section",
            "text": mrkdwn(f"You typed `{text or 'nothing'}`\n*web* → *production*, 6 changes"),
            "accessory": menu,
        },
        {"type": "section", "fields": [mrkdwn("*From*\n`a41c9e2`"), mrkdwn("*To*\n`5d2f0b7`")]},
        {"type": "divider"},
        {
            "type": "actions",
            "block_id": "plan",
            "elements": [
                button(
                    "Deploy…",
                    "deploy",
                    "web",
                    style="primary",
                    confirm=CONFIRM,
                    accessibility_label="Deploy web to production",
                ),
                button("All changes", "changes"),
                button("Open a form", "form"),
                button("Not now", "dismiss", style="danger"),
                button("Docs", "docs", url="https://example.com/docs"),
            ],
        },
        {
            "type": "actions",
            "block_id": "choices",
            "elements": [
                {
                    "type": "static_select",
                    "action_id": "colour",
                    "placeholder": plain("Colour"),
                    "options": [option(c) for c in COLOURS],
                },
                {"type": "users_select", "action_id": "person", "placeholder": plain("Somebody")},
                {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-24"},
                {
                    "type": "external_select",
                    "action_id": "service",
                    "placeholder": plain("Service"),
                    "min_query_length": 0,
                },
            ],
        },
        {"type": "context", "elements": [mrkdwn("Good until <!date^1795520000^{time}|14:15> · only you see this")]},
    ]


def field(label: str, element: dict, **more: object) -> dict:
    return {"type": "input", "block_id": element["action_id"], "label": plain(label), "element": element, **more}


def form_view(meta: str = "") -> dict:
    options = [option(c) for c in COLOURS]
    kinds = [
        field(
            "Service",
            {"type": "external_select", "action_id": "service", "min_query_length": 1, "placeholder": plain("Type…")},
        ),
        field(
            "Environment",
            {"type": "static_select", "action_id": "env", "options": [option("staging"), option("production")]},
        ),
        field(
            "Why",
            {"type": "plain_text_input", "action_id": "why", "multiline": True, "max_length": 200},
            optional=True,
            hint=plain("One sentence"),
        ),
        field(
            "Name",
            {"type": "plain_text_input", "action_id": "name", "placeholder": plain("web")},
            dispatch_action=True,
            optional=True,
        ),
        field("Mail", {"type": "email_text_input", "action_id": "mail"}, optional=True),
        field("Link", {"type": "url_text_input", "action_id": "link"}, optional=True),
        field(
            "Replicas",
            {
                "type": "number_input",
                "action_id": "replicas",
                "is_decimal_allowed": False,
                "min_value": "1",
                "max_value": "20",
            },
            optional=True,
        ),
        field("Colours", {"type": "multi_static_select", "action_id": "colours", "options": options}, optional=True),
        field("Ticks", {"type": "checkboxes", "action_id": "ticks", "options": options}, optional=True),
        field("One of", {"type": "radio_buttons", "action_id": "one", "options": options}, optional=True),
        field("People", {"type": "multi_users_select", "action_id": "people"}, optional=True),
        field("Channel", {"type": "conversations_select", "action_id": "where"}, optional=True),
        field("Day", {"type": "datepicker", "action_id": "day"}, optional=True),
        field("Time", {"type": "timepicker", "action_id": "time", "initial_time": "14:30"}, optional=True),
    ]
    intro = {
        "type": "section",
        "text": mrkdwn("Every kind of input. *Name* “bad” is refused."),
        "accessory": button("Next page", "push"),
    }
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Deploy a service"),
        "submit": plain("Continue"),
        "close": plain("Not now"),
        "notify_on_close": True,
        "private_metadata": meta,
        "blocks": [intro, *kinds],
    }


def second_view() -> dict:
    return {
        "type": "modal",
        "callback_id": "second",
        "title": plain("Second page"),
        "close": plain("Back"),
        "blocks": [{"type": "section", "text": mrkdwn("On top of the first one.")}],
    }


def card(state: str, step: int) -> list:
    lines = {"running": "🔄 *Running*", "live": "✅ *Live*", "failed": "❌ *Failed*"}
    return [
        {
            "type": "section",
            "text": mrkdwn(f"{lines[state]} · web → production\nStep {step} of 4\nAda · `5d2f0b7` · 6 changes"),
        },
        {"type": "actions", "elements": [button("Stop…", "stop", style="danger")]}
        if state == "running"
        else {"type": "context", "elements": [mrkdwn("took 3 min")]},
    ]


async def play_card(client: AsyncWebClient, channel: str, user: str, pause: float) -> None:
    """Post a card, edit it four times, report in its thread and once to the channel."""
    posted = await client.chat_postMessage(
        channel=channel, text="Running: web to production", blocks=card("running", 1)
    )
    ts = posted["ts"]
    for step in (2, 3, 4):
        await asyncio.sleep(pause)
        await client.chat_update(
            channel=channel, ts=ts, text="Running: web to production", blocks=card("running", step)
        )
        await client.chat_postMessage(channel=channel, thread_ts=ts, text=f"Step {step} began")
    await client.chat_update(channel=channel, ts=ts, text="Live: web to production", blocks=card("live", 4))
    await client.chat_postMessage(channel=channel, thread_ts=ts, text=f"Live. <@{user}>", reply_broadcast=True)
    await client.reactions_add(channel=channel, timestamp=ts, name="rocket")


class Cards:
    """Cards being played in the background; `pause` is the seconds between two edits."""

    def __init__(self, client: AsyncWebClient, pause: float) -> None:
        self.client = client
        self._pause = pause
        self._playing: set[asyncio.Task[None]] = set()

    def start(self, channel: str, user: str) -> None:
        task = asyncio.create_task(play_card(self.client, channel, user, self._pause))
        self._playing.add(task)
        task.add_done_callback(self._playing.discard)


def add_commands(app: AsyncApp, cards: Cards) -> None:
    @app.command("/ops")
    async def ops(ack: AsyncAck, body: dict, respond: AsyncRespond) -> None:
        text = body["text"]
        if text == "slow":
            await asyncio.sleep(4)
        await ack(text="A plan", blocks=plan_blocks(text))
        if text == "form":
            await cards.client.views_open(trigger_id=body["trigger_id"], view=form_view())
        elif text == "card":
            cards.start(body["channel_id"], body["user_id"])
        elif text == "thread":
            await respond(text="Everybody sees this", response_type="in_channel")

    @app.command("/deploy")
    async def deploy_command(ack: AsyncAck, body: dict) -> None:
        await ack()
        cards.start(body["channel_id"], body["user_id"])


def add_events(app: AsyncApp, client: AsyncWebClient) -> None:
    @app.event("app_mention")
    async def mentioned(event: dict, say: AsyncSay) -> None:
        await say(text=f"You said: {event['text']}", thread_ts=event.get("thread_ts") or event["ts"])

    @app.event("message")
    async def direct(event: dict, say: AsyncSay) -> None:
        if not event.get("subtype") and not event.get("bot_id"):
            await say(text=f"Hello <@{event['user']}>, you wrote “{event['text']}”")

    @app.event("app_home_opened")
    async def home(event: dict) -> None:
        if event["tab"] == "home":
            await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": home_blocks()})


def add_actions(app: AsyncApp, cards: Cards) -> None:
    @app.action("form")
    async def open_form(ack: AsyncAck, body: dict) -> None:
        await ack()
        await cards.client.views_open(trigger_id=body["trigger_id"], view=form_view())

    @app.action("push")
    async def push(ack: AsyncAck, body: dict) -> None:
        await ack()
        await cards.client.views_push(trigger_id=body["trigger_id"], view=second_view())

    @app.action("dismiss")
    async def dismiss(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond(delete_original=True)

    @app.action("deploy")
    async def deploy(ack: AsyncAck, body: dict, respond: AsyncRespond) -> None:
        await ack()
        await respond(text="Started.", replace_original=True)
        cards.start(body["channel"]["id"], body["user"]["id"])

    @app.action(re.compile(".*"))
    async def anything(ack: AsyncAck, body: dict, respond: AsyncRespond) -> None:
        await ack()
        if "response_url" in body:
            await respond(text=f"You used `{body['actions'][0]['action_id']}`", replace_original=False)

    @app.options("service")
    async def services(ack: AsyncAck, payload: dict) -> None:
        names = [name for name in ("web", "api", "billing", "search") if payload["value"] in name]
        await ack(options=[option(name) for name in names])


def add_views(app: AsyncApp, client: AsyncWebClient) -> None:
    @app.view("form")
    async def submitted(ack: AsyncAck, body: dict, view: dict) -> None:
        values = view["state"]["values"]
        if values["name"]["name"]["value"] == "bad":
            await ack(response_action="errors", errors={"name": "There is no service “bad”. Did you mean web?"})
            return
        await ack()
        chosen = values["env"]["env"]["selected_option"]["value"]
        await client.chat_postMessage(channel=body["user"]["id"], text=f"Form: {chosen}")

    @app.view_closed("form")
    async def closed(ack: AsyncAck) -> None:
        await ack()

    @app.shortcut("start")
    async def start(ack: AsyncAck, body: dict) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form_view())

    @app.shortcut("deploy_this")
    async def deploy_this(ack: AsyncAck, body: dict) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form_view(body["message"]["text"][:100]))


def home_blocks() -> list:
    waiting = {
        "type": "section",
        "text": mrkdwn("*Waiting for you*\nnothing"),
        "accessory": button("Start a deploy…", "form"),
    }
    hint = {"type": "context", "elements": [mrkdwn("`/ops help` says more")]}
    return [{"type": "header", "text": plain("Good morning")}, waiting, {"type": "divider"}, hint]


def build_app(client: AsyncWebClient, pause: float = 1.0) -> AsyncApp:
    """Return the sample app; `pause` is the seconds between two edits of a card."""
    app = AsyncApp(client=client, signing_secret=os.environ.get("SLACK_SIGNING_SECRET", "unused in Socket Mode"))
    cards = Cards(client, pause)
    add_commands(app, cards)
    add_events(app, client)
    add_actions(app, cards)
    add_views(app, client)
    return app


async def connect(api: str, bot_token: str, app_token: str, pause: float = 1.0) -> None:
    """Connect to a playground and stay."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        os.environ.pop(name, None)  # the SDK would send even loopback traffic through a proxy
    app = build_app(AsyncWebClient(token=bot_token, base_url=api), pause)
    handler = AsyncSocketModeHandler(app, app_token)
    await handler.connect_async()
    await asyncio.Event().wait()


async def serve(port: int) -> None:
    """Serve a playground with this app's manifest and connect to it."""
    from bot.playground import Playground

    playground = Playground()
    playground.install(MANIFEST)
    async with playground.serve(port=port) as served:
        sys.stdout.write(f"{served.url}\n")
        sys.stdout.flush()
        await connect(served.api_url, served.bot_token, served.app_token)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--api", default="http://127.0.0.1:8555/api/")
    parser.add_argument("--serve", type=int, help="start a playground on this port as well")
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve(given.serve))
    else:
        asyncio.run(connect(given.api, os.environ["SLACK_BOT_TOKEN"], os.environ["SLACK_APP_TOKEN"]))


if __name__ == "__main__":
    main()
