"""What people do in a conversation test: type, mention, write, click, fill in forms; and what each of them sees last."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.domain.messages import Message, View
from bot.slack.app import dispatch
from tests.fakes.chat import TEAM, FakeChat, Private
from tests.support.text import plain

BOT = "U00BOT"
BASE = 1_795_500_000
Body = dict[str, Any]


@dataclass(kw_only=True)
class People:
    """Turns what people do into Slack's payloads; `Ship` is the bot behind it. `last` is the last delivery, to be sent again."""

    chat: FakeChat
    bolt: AsyncApp = field(init=False)
    last: Body = field(init=False, default_factory=dict)
    acked: Message = field(init=False, default=Message(text=""))
    _numbers: Iterator[int] = field(init=False)

    async def settle(self) -> None:
        """Let what is due happen."""
        raise NotImplementedError

    # ---- words ---------------------------------------------------------------------------------------------------------

    async def type(self, user: str, text: str, *, channel: str = "C02", team: str = TEAM, settle: bool = True) -> str:
        """A slash command; returns what the person sees last."""
        command, _, words = text.partition(" ")
        number = next(self._numbers)
        url = f"https://hooks.slack.com/commands/{TEAM}/{number}"
        self.chat.urls[url] = (user, channel)
        body = {
            "command": command,
            "text": words,
            "team_id": team,
            "user_id": user,
            "channel_id": channel,
            "trigger_id": f"{number}.1.a",
            "response_url": url,
        }
        return await self.deliver(body, settle=settle)

    async def mention(
        self, user: str, text: str, *, channel: str = "C02", thread: str = "", settle: bool = True
    ) -> str:
        """`@quarterdeck …` in a channel or thread; returns what is answered last, to all or privately."""
        event: Body = {
            "type": "app_mention",
            "user": user,
            "text": f"<@{BOT}> {text}",
            "channel": channel,
            "team": TEAM,
        }
        if thread:
            event["thread_ts"] = thread
        return await self._event(event, settle=settle)

    async def say(self, user: str, text: str) -> str:
        """A direct message."""
        channel = await self.chat.open_direct(user)
        event = {"type": "message", "channel_type": "im", "user": user, "text": text, "channel": channel, "team": TEAM}
        return await self._event(event)

    async def open_home(self, user: str) -> str:
        """The Home tab; returns it as lines."""
        await self._event({"type": "app_home_opened", "user": user, "tab": "home", "channel": f"D{user[1:]}"})
        return plain(self.chat.homes[user])

    async def invite(self, user: str, channel: str) -> str:
        """Invite the bot to a channel; returns what it says there."""
        return await self._event(
            {"type": "member_joined_channel", "user": BOT, "channel": channel, "team": TEAM, "inviter": user}
        )

    async def news(self, event: Body) -> str:
        """Something changed in Slack."""
        return await self._event(event)

    async def _event(self, event: Body, *, settle: bool = True) -> str:
        number = next(self._numbers)
        stamp = f"{BASE + number}.000001"
        body = {
            "type": "event_callback",
            "team_id": TEAM,
            "event_id": f"Ev{number}",
            "event": {"ts": stamp, "event_ts": stamp, **event},
        }
        return await self.deliver(body, settle=settle)

    # ---- clicks, shortcuts, forms --------------------------------------------------------------------------------------

    async def click(self, user: str, label: str, *, on: Message | None = None, settle: bool = True) -> str:
        """Press a button by its label, on the newest message that has it (or on `on`); returns what the person sees last."""
        message, channel, ts = self._with_button(user, label, on)
        return await self.deliver(self._pressed(user, button(message, label), channel, ts), settle=settle)

    async def click_home(self, user: str, label: str) -> str:
        """Press a button of one's Home tab."""
        body = self._pressed(user, button(self.chat.homes[user], label), "", "")
        for name in ("channel", "message", "response_url"):
            del body[name]
        view = {"id": "VHOME", "type": "home", "private_metadata": "", "state": {"values": {}}}
        return await self.deliver({**body, "container": {"type": "view", "view_id": "VHOME"}, "view": view})

    async def press(self, user: str, value: str) -> str:
        """Send a click with a value that nobody gave to anybody."""
        element = {"action_id": f"offer:{value}", "value": value}
        return await self.deliver(self._pressed(user, element, "C02", "1.1"))

    def _pressed(self, user: str, element: Mapping[str, Any], channel: str, ts: str) -> Body:
        number = next(self._numbers)
        url = f"https://hooks.slack.com/actions/{TEAM}/{number}"
        self.chat.urls[url] = (user, channel)
        action = {"type": "button", "action_id": element["action_id"], "value": element["value"], "block_id": "b"}
        return {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "channel": {"id": channel},
            "container": {"type": "message", "message_ts": ts, "channel_id": channel},
            "message": {"ts": ts},
            "trigger_id": f"{number}.1.a",
            "response_url": url,
            "actions": [action],
            "state": {"values": {}},
        }

    async def shortcut(self, user: str, callback: str, *, message: str = "") -> str:
        """A global shortcut, or one on a message with that text; returns the window that opens, or what is said instead."""
        number = next(self._numbers)
        body: Body = {
            "type": "message_action" if message else "shortcut",
            "callback_id": callback,
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "trigger_id": f"{number}.1.a",
        }
        if message:
            body |= {"channel": {"id": "C02"}, "message": {"ts": "1.1", "text": message}, "message_ts": "1.1"}
        before = len(self.chat.views)
        seen = await self.deliver(body)
        return self.window() if len(self.chat.views) > before else seen

    async def submit(self, user: str, values: Mapping[str, str], *, view: View | None = None) -> str:
        """Submit the newest modal (or that one); returns what the person sees last, or the form's errors."""
        form = dict((view or self.chat.views[-1]).body)
        number = next(self._numbers)
        state = {block: {block: {"type": "plain_text_input", "value": value}} for block, value in values.items()}
        body = {
            "type": "view_submission",
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "trigger_id": f"{number}.1.a",
            "view": {
                "id": "V1",
                "type": "modal",
                "callback_id": form["callback_id"],
                "private_metadata": form.get("private_metadata", ""),
                "state": {"values": state},
                "hash": "h",
            },
        }
        return await self.deliver(body)

    def window(self) -> str:
        """The newest modal as lines."""
        return plain(self.chat.views[-1])

    # ---- the wire ------------------------------------------------------------------------------------------------------

    async def deliver(self, body: Body, *, retry: int = 0, settle: bool = True) -> str:
        """Hand a payload to Bolt as Slack would; returns what is seen last because of it (empty: nothing)."""
        self.last = body
        private, posts = len(self.chat.private), len(self.chat.posts)
        headers = {"x-slack-retry-num": str(retry), "x-slack-retry-reason": "timeout"} if retry else {}
        answer = await dispatch(self.bolt, dict(body), headers, mode="socket_mode")
        ack = str(answer.body or "")
        if '"blocks"' in ack:
            found = json.loads(ack)
            self.acked = Message(text=found.get("text", ""), blocks=tuple(found["blocks"]))
        if settle:
            await self.settle()
        if answer.status != 200:
            return f"(not acknowledged: {answer.status})"
        if len(self.chat.private) > private:
            return plain(self.chat.private[-1].message)
        if len(self.chat.posts) > posts and not ack:
            return plain(self.chat.posts[-1].message)
        return _ack_text(ack)

    def seen_by(self, user: str) -> list[str]:
        """Everything that was shown to one person only, in order."""
        return [plain(each.message) for each in self.chat.private if each.user == user]

    def _with_button(self, user: str, label: str, on: Message | None) -> tuple[Message, str, str]:
        if on is not None:
            return on, "C02", ""
        if button(self.acked, label, optional=True):
            return self.acked, "C02", ""
        private: list[Private] = list(reversed(self.chat.private))
        mine = [each for each in private if each.user == user] + [each for each in private if each.user != user]
        places = [(each.message, each.channel, each.ts) for each in reversed(self.chat.posts)]
        for message, channel, ts in [*((each.message, each.channel, "") for each in mine[:1]), *places]:
            if button(message, label, optional=True):
                return message, channel, ts
        for each in mine:
            if button(each.message, label, optional=True):
                return each.message, each.channel, ""
        raise AssertionError(f"nobody can see a button {label}")


def button(shown: Message | View, label: str, *, optional: bool = False) -> Body:
    """The button with that label."""
    body: Body = shown.payload() if isinstance(shown, Message) else dict(shown.body)
    for block in body["blocks"]:
        for element in block["elements"] if block["type"] == "actions" else ():
            if element["text"]["text"] == label:
                return dict(element)
    if optional:
        return {}
    raise AssertionError(f"no button {label}")


def _ack_text(body: str) -> str:
    if not body.startswith("{"):
        return body
    found = json.loads(body)
    if "errors" in found:
        return "\n".join(f"{block}: {problem}" for block, problem in found["errors"].items())
    if "options" in found:
        return " / ".join(option["text"]["text"] for option in found["options"])
    if "view" in found:
        return plain(View(body=found["view"]))
    if "blocks" in found:
        return plain(Message(text=found.get("text", ""), blocks=tuple(found["blocks"])))
    return re.sub(r"\s+$", "", found.get("text", ""))
