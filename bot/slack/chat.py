"""The Chat port over Slack's Web API."""

import structlog

from bot.domain.messages import Json, Message, View
from bot.domain.people import Person
from bot.domain.terms import MINUTE, Millis
from bot.errors import ChatError
from bot.ports import Channel, Clock
from bot.slack.channels import Channels
from bot.slack.client import Caller, proxy_for
from bot.slack.failures import FAILURES, classify, code_in, retry_after
from bot.slack.fields import Body, at, items, word
from bot.slack.identity import Us
from bot.slack.people import People
from bot.slack.urls import answerable

log = structlog.get_logger(__name__)

EVENT_TYPE = "quarterdeck"
_PAGES = 5
_PAGE = 200
_SKEW: Millis = MINUTE  # Slack's clock and ours differ
_ANSWER = 2_000  # bytes of a response_url's answer that we read


class SlackChat:
    """What we ask of Slack. All methods raise ChatError; `us` must be known before people are asked about."""

    def __init__(self, caller: Caller, clock: Clock, us: Us) -> None:
        self._caller = caller
        self._us = us
        self._people = People(caller, clock)
        self._channels = Channels(caller, clock)

    async def post(self, channel: str, message: Message, *, thread: str = "", key: str = "") -> str:
        """Post and return its ts; `key` goes into the message's metadata, so that `find` finds it again."""
        answer = await self._caller.write(
            "chat.postMessage",
            channel=channel,
            **message.payload(),
            thread_ts=thread or None,
            reply_broadcast=True if thread and message.broadcast else None,
            unfurl_links=False,
            unfurl_media=False,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"key": key}} if key else None,
        )
        if not (ts := word(answer, "ts")):
            raise ChatError("unreadable_answer", lost=True)
        return ts

    async def update(self, channel: str, ts: str, message: Message) -> None:
        """Replace one of our messages; its metadata stays."""
        await self._caller.write("chat.update", channel=channel, ts=ts, **message.payload())

    async def ephemeral(self, channel: str, user: str, message: Message, *, thread: str = "") -> None:
        """Show a message to one person; not guaranteed, gone on reload."""
        await self._caller.write(
            "chat.postEphemeral", channel=channel, user=user, **message.payload(), thread_ts=thread or None
        )

    async def respond(self, response_url: str, message: Message, *, replace: bool) -> None:
        """Answer privately through a response_url; ChatError `used_url` after five, `expired_url` after 30 minutes."""
        if not answerable(response_url, self._caller.client.base_url):
            raise ChatError("foreign_url")
        session = self._caller.client.session
        if session is None or session.closed:
            raise ChatError("unreachable")
        body = {**message.payload(), "response_type": "ephemeral", "replace_original": replace}
        try:
            async with session.post(
                response_url, json=body, allow_redirects=False, proxy=proxy_for(response_url)
            ) as answer:
                status, waits = answer.status, retry_after(answer.headers)
                said = (await answer.content.read(_ANSWER)).decode("utf-8", "replace")
        except FAILURES as error:
            # `from None`: aiohttp's errors hold the url, and the url is a secret
            raise classify(error, writes=True) from None
        if status == 429:
            raise ChatError("ratelimited", retry_after=waits)
        if status != 200 or _refuses(said):
            raise ChatError(code_in(said, status), lost=status >= 500)

    async def find(self, channel: str, key: str, *, since: Millis, thread: str = "") -> str | None:
        """The ts of our message with this metadata key among those since then (newest 1,000), or None.

        Without the optional scope to read history nothing can be found: a message may then come twice, never not at all.
        """
        try:
            return await self._search(channel, key, since, thread)
        except ChatError as error:
            if error.code != "missing_scope":
                raise
            log.warning(
                "cannot look for a message whose answer was lost", fix="grant channels:history and groups:history"
            )
            return None

    async def _search(self, channel: str, key: str, since: Millis, thread: str) -> str | None:
        method = "conversations.replies" if thread else "conversations.history"
        cursor = ""
        for _ in range(_PAGES):
            page = await self._caller.read(
                method,
                channel=channel,
                ts=thread or None,
                oldest=_stamp(max(0, since - _SKEW)),
                include_all_metadata=True,
                limit=_PAGE,
                cursor=cursor or None,
            )
            for message in items(page.get("messages")):
                if self._is_ours(message) and _key_of(message) == key:
                    return word(message, "ts")
            cursor = word(page, "response_metadata", "next_cursor")
            if not cursor:
                return None
        return None

    def _is_ours(self, message: object) -> bool:
        """Anybody may post with our metadata, so that the author counts too."""
        ours = {self._us.bot_user, self._us.bot} - {""}
        return bool(ours & {word(message, "user"), word(message, "bot_id")})

    async def permalink(self, channel: str, ts: str) -> str:
        """A link to a message."""
        answer = await self._caller.read("chat.getPermalink", channel=channel, message_ts=ts)
        return word(answer, "permalink")

    async def open_view(self, trigger: str, view: View) -> str:
        """Open a modal and return its view id; ChatError `expired_trigger_id` after three seconds."""
        return await self._view("views.open", trigger_id=trigger, view=dict(view.body))

    async def update_view(self, view_id: str, view: View) -> None:
        """Replace a modal's content."""
        await self._view("views.update", view_id=view_id, view=dict(view.body))

    async def publish_home(self, user: str, view: View) -> None:
        """Replace somebody's Home tab."""
        await self._view("views.publish", user_id=user, view=dict(view.body))

    async def _view(self, method: str, **arguments: Json) -> str:
        answer: Body = await self._caller.write(method, **arguments)
        return word(answer, "view", "id")

    async def open_direct(self, user: str) -> str:
        """The channel id of the direct conversation with that person."""
        return await self._channels.open_direct(user)

    async def person(self, user: str) -> Person:
        """Who that is, without groups; as seen from the workspace that we are installed in."""
        return await self._people.person(user, self._us.team)

    async def group_members(self, group: str) -> frozenset[str]:
        """User ids in a user group, by its id or handle; ChatError `plan_upgrade_required` on free plans."""
        return await self._people.members(group)

    async def channel(self, channel: str) -> Channel:
        """A conversation by id, or by name without `#`; what is told here is at most 15 seconds old."""
        return await self._channels.channel(channel)

    def forget(self, topic: str, about: str) -> None:
        """Slack says that a group or channel changed: do not answer from memory next time."""
        if topic in {"channel", "joined"}:
            self._channels.forget(about)
        elif topic == "group":
            self._people.forget_groups()

    async def close(self) -> None:
        """Cancel reads under way."""
        await self._people.close()
        await self._channels.close()


def _stamp(millis: Millis) -> str:
    return f"{millis // 1000}.{millis % 1000:03d}000"


def _key_of(message: object) -> str:
    if word(message, "metadata", "event_type") != EVENT_TYPE:
        return ""
    return word(at(message, "metadata", "event_payload"), "key")


def _refuses(said: str) -> bool:
    """Slack answers `ok`, or JSON; some failures come with status 200."""
    plain = said.strip()
    return plain.startswith("{") and '"ok":true' not in plain.replace(" ", "")
