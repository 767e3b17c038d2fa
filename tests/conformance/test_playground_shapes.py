"""What the playground answers is a subset of what Slack publishes: keys of every answer, and error codes of every method.

The published shapes and codes are read from the folder in QUARTERDECK_API_DATA (its layout: `slack/methods/<group>/<method>.json`
and `slack/samples/json-logs/samples/…`); without it these tests are skipped.
"""

import ast
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import bot.playground
from bot.playground import Playground, Served
from bot.playground.api import METHODS

DATA = os.environ.get("QUARTERDECK_API_DATA")
pytestmark = pytest.mark.skipif(not DATA, reason="QUARTERDECK_API_DATA does not say where the published shapes are")
SLACK = Path(DATA or ".") / "slack"

# Slack answers these before a method is reached; its per-method pages leave them out (they are on the pages about the Web API).
EVERYWHERE = {"invalid_auth", "invalid_arguments", "invalid_json", "json_not_object"}
# Observed at Slack for two tables in a message; its page for chat.update lists the code, the other two do not.
OBSERVED = {"chat.postMessage": {"invalid_attachments"}, "chat.scheduleMessage": {"invalid_attachments"}}
# Answers that are no Web API: response URLs, and a submission's answer that Slack shows as "trouble connecting".
OUTSIDE = {"used_url", "expired_url", "invalid_payload", "invalid_errors"}
# What the app itself put in, free-form by nature, or named differently per item.
FREE = {"blocks", "attachments", "metadata", "args", "values", "prefs", "icons", "errors", "properties"}

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*x*"}}
MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": [SECTION]}
HOME = {"type": "home", "blocks": [SECTION]}
WEB = "C02TEAMWEB"


def published(method: str) -> dict[str, Any]:
    page: dict[str, Any] = json.loads((SLACK / "methods" / method.partition(".")[0] / f"{method}.json").read_text())
    return page


def sample(path: str) -> Any:
    return json.loads((SLACK / "samples" / "json-logs" / "samples" / path).read_text())


def paths(value: Any, prefix: str = "") -> Iterator[str]:
    """Yield the dotted key paths of a value, lists looked through."""
    if isinstance(value, list):
        for item in value:
            yield from paths(item, prefix)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield f"{prefix}{key}"
            if key not in FREE:
                yield from paths(inner, f"{prefix}{key}.")


def known_paths(method: str) -> set[str]:
    """Return every key path Slack shows for a method: in recorded answers, in its page's examples, and of the nouns in them."""
    known = {"ok", "error", "response_metadata.messages", "response_metadata"} | NOUNS
    recorded = SLACK / "samples" / "json-logs" / "samples" / "api" / f"{method}.json"
    if recorded.exists():
        known |= set(paths(json.loads(recorded.read_text())))
    for example in published(method)["response"]["examples"]:
        try:
            known |= set(paths(json.loads(example)))
        except ValueError:
            continue  # a few examples are abbreviated with an ellipsis
    return known


ONE = {"messages": "message", "channels": "channel", "members": "user", "files": "file"}


def nouns() -> Iterator[str]:
    """Yield the key paths of messages, channels, users and files, whichever method recorded them."""
    for recorded in (SLACK / "samples" / "json-logs" / "samples" / "api").glob("*.json"):
        for path in paths(json.loads(recorded.read_text())):
            noun, _, rest = path.partition(".")
            singular = ONE.get(noun, noun)
            if rest and singular in ONE.values():
                yield f"{singular}.{rest}"
                yield from (f"{many}.{rest}" for many, one in ONE.items() if one == singular)


NOUNS = set(nouns()) if DATA else set()


class Caller:
    """Calls methods and keeps (method, answer) of each."""

    def __init__(self, served: Served, session: aiohttp.ClientSession) -> None:
        self._served, self._session = served, session
        self.answers: list[tuple[str, dict[str, Any]]] = []

    async def __call__(self, method: str, /, **args: Any) -> dict[str, Any]:
        token = self._served.app_token if method == "apps.connections.open" else self._served.bot_token
        headers = {"Authorization": f"Bearer {token}"}
        async with self._session.post(self._served.api_url + method, json=args, headers=headers) as answer:
            body: dict[str, Any] = await answer.json()
        self.answers.append((method, body))
        return body


async def succeed(call: Caller, playground: Playground, session: aiohttp.ClientSession) -> None:
    """Call every method so that it succeeds."""
    triggers = playground.slack.triggers
    for method in (
        "api.test",
        "auth.test",
        "apps.connections.open",
        "conversations.list",
        "users.list",
        "users.conversations",
        "team.info",
    ):
        await call(method)
    meta = {"event_type": "e", "event_payload": {"a": 1}}
    root = (
        await call(
            "chat.postMessage", channel=WEB, text="root", blocks=[SECTION], attachments=[{"text": "a"}], metadata=meta
        )
    )["ts"]
    reply = (await call("chat.postMessage", channel=WEB, text="reply", thread_ts=root, reply_broadcast=True))["ts"]
    await call("chat.update", channel=WEB, ts=root, text="again")
    await call("chat.postEphemeral", channel=WEB, user="U02ADA", text="psst")
    await call("chat.getPermalink", channel=WEB, message_ts=reply)
    later = int(playground.slack.clock.now()) + 3600
    scheduled = await call("chat.scheduleMessage", channel=WEB, text="later", post_at=later)
    await call("chat.scheduledMessages.list")
    await call("chat.deleteScheduledMessage", channel=WEB, scheduled_message_id=scheduled["scheduled_message_id"])
    for name in ("reactions.add", "reactions.get", "reactions.remove"):
        await call(name, channel=WEB, timestamp=root, name="eyes", full=True)
    await call("pins.add", channel=WEB, timestamp=root)
    await call("pins.remove", channel=WEB, timestamp=root)
    await playground.type("ada", "team-web", "hello @quarterdeck")
    await call("conversations.info", channel=WEB, include_num_members=True)
    await call("conversations.members", channel=WEB)
    await call("conversations.open", users="U02ADA", return_im=True)
    await call("conversations.join", channel="C02GENERAL")
    await call("users.info", user="U02EVE", include_locale=True)
    await call("users.lookupByEmail", email="ada@acme.example")
    await call("usergroups.list", include_users=True, include_count=True)
    await call("usergroups.users.list", usergroup="S02ENG")
    await call("bots.info", bot="B02QDECK")
    opened = await call("views.open", trigger_id=triggers.mint("U02ADA"), view=MODAL)
    await call("views.push", trigger_id=triggers.mint("U02ADA", opened["view"]["id"]), view=MODAL)
    await call("views.update", view_id=opened["view"]["id"], view=MODAL)
    await call("views.publish", user_id="U02ADA", view=HOME)
    promise = await call("files.getUploadURLExternal", filename="a.log", length=3)
    async with session.post(promise["upload_url"], data=b"abc") as answer:
        assert answer.status == 200
    await call(
        "files.completeUploadExternal",
        files=[{"id": promise["file_id"], "title": "A"}],
        channel_id=WEB,
        initial_comment="c",
    )
    await call("files.info", file=promise["file_id"])
    await call("conversations.history", channel=WEB, include_all_metadata=True, limit=2)
    await call("conversations.replies", channel=WEB, ts=root)
    await call("blocks.validate", blocks=[SECTION])
    await call("apps.manifest.validate", manifest={"display_information": {"name": "Q"}})
    await call("chat.delete", channel=WEB, ts=reply)


FAILING: list[tuple[str, dict[str, Any]]] = [
    ("chat.postMessage", {"channel": "C0NONE", "text": "x"}),
    ("chat.postMessage", {"channel": "C02OLD", "text": "x"}),
    ("chat.postMessage", {"channel": WEB}),
    ("chat.postMessage", {"channel": WEB, "blocks": "{"}),
    ("chat.postMessage", {"channel": WEB, "blocks": [{"type": "x"}]}),
    ("chat.postMessage", {"channel": WEB, "blocks": [{"type": "divider"}] * 51}),
    ("chat.postMessage", {"channel": WEB, "text": "x", "thread_ts": "1.000001"}),
    ("chat.postMessage", {"channel": WEB, "text": "x", "markdown_text": "y"}),
    ("chat.postMessage", {"channel": WEB, "text": "x", "metadata": "3"}),
    ("chat.postMessage", {"channel": WEB, "text": "x", "metadata": {"event_type": 1}}),
    (
        "chat.postMessage",
        {"channel": WEB, "text": "x", "metadata": {"event_type": "e", "event_payload": {"x": "y" * 20_000}}},
    ),
    ("chat.postMessage", {"channel": WEB, "attachments": [{}] * 101}),
    ("chat.update", {"channel": WEB, "ts": "1.1", "text": "x"}),
    ("chat.update", {"channel": WEB}),
    ("chat.delete", {"channel": WEB, "ts": "1.1"}),
    ("chat.postEphemeral", {"channel": WEB, "user": "U02EVE", "text": "x"}),
    ("chat.postEphemeral", {"channel": WEB, "user": "U02ADA", "text": "x" * 40_001}),
    ("chat.getPermalink", {"channel": WEB, "message_ts": "1.1"}),
    ("chat.scheduleMessage", {"channel": WEB, "text": "x", "post_at": 5}),
    ("chat.scheduleMessage", {"channel": WEB, "text": "x", "post_at": 99_999_999_999}),
    ("chat.scheduleMessage", {"channel": WEB, "text": "x", "post_at": "soon"}),
    ("chat.deleteScheduledMessage", {"channel": WEB, "scheduled_message_id": "Q0"}),
    ("conversations.list", {"types": "x"}),
    ("conversations.list", {"cursor": "x"}),
    ("conversations.list", {"limit": 5000}),
    ("conversations.info", {"channel": "C02LEADS"}),
    ("conversations.history", {"channel": "C02QUIET"}),
    ("conversations.history", {"channel": WEB, "oldest": "x"}),
    ("conversations.replies", {"channel": WEB, "ts": "1.1"}),
    ("conversations.members", {"channel": "C0NONE"}),
    ("conversations.open", {}),
    ("conversations.open", {"users": "U02DORA"}),
    ("conversations.open", {"users": ["U02ADA"] * 9}),
    ("conversations.open", {"channel": WEB}),
    ("conversations.join", {"channel": "C02OLD"}),
    ("users.info", {"user": "U0NONE"}),
    ("users.lookupByEmail", {"email": "x"}),
    ("usergroups.users.list", {"usergroup": "S0"}),
    ("bots.info", {}),
    ("bots.info", {"bot": "B0"}),
    ("team.info", {"team": "T0"}),
    ("views.open", {"trigger_id": "1.1.a", "view": MODAL}),
    ("views.open", {"view": MODAL}),
    ("views.open", {"trigger_id": "1.1.a", "view": "{"}),
    ("views.update", {"view_id": "V0", "view": MODAL}),
    ("views.publish", {"user_id": "U0", "view": HOME}),
    ("reactions.add", {"channel": WEB, "timestamp": "1.1", "name": "eyes"}),
    ("reactions.add", {"channel": WEB, "name": "eyes"}),
    ("reactions.remove", {"channel": WEB, "timestamp": "1.1", "name": "not valid"}),
    ("reactions.get", {"channel": WEB}),
    ("pins.add", {"channel": WEB, "timestamp": "1.1"}),
    ("pins.remove", {"channel": WEB}),
    ("files.getUploadURLExternal", {"filename": "x"}),
    ("files.getUploadURLExternal", {"filename": "x", "length": 999_999_999}),
    ("files.completeUploadExternal", {"files": [{"id": "F0"}]}),
    ("files.info", {"file": "F0"}),
    ("blocks.validate", {}),
    ("blocks.validate", {"blocks": [{"type": "x"}]}),
    ("blocks.validate", {"view": {"type": "x"}}),
    ("blocks.validate", {"message": 3}),
    ("apps.manifest.validate", {"manifest": {}}),
]


def test_every_method_is_published() -> None:
    """The playground has no method Slack does not have, and demands arguments with codes that method can answer."""
    for name, method in METHODS.items():
        page = published(name)
        assert set(method.required) <= set(page["args"]), name
        assert set(method.required.values()) <= set(page["errors"]) | EVERYWHERE, name


async def test_answers_have_only_published_keys() -> None:
    """Every method is called with success; no answer has a key, at any depth, that Slack's do not have."""
    playground = Playground(limits=False)
    async with playground.serve() as served, aiohttp.ClientSession() as session:
        call = Caller(served, session)
        await succeed(call, playground, session)
    assert [(method, answer) for method, answer in call.answers if not answer["ok"]] == []
    assert {method for method, _ in call.answers} == set(METHODS)
    strange = {(method, path) for method, answer in call.answers for path in set(paths(answer)) - known_paths(method)}
    assert strange == set()


@pytest.mark.parametrize(("method", "args"), FAILING, ids=lambda value: value if isinstance(value, str) else None)
async def test_refusals_use_published_codes(method: str, args: dict[str, Any]) -> None:
    """A refused call answers with a code from its method's page."""
    playground = Playground(limits=False)
    async with playground.serve() as served, aiohttp.ClientSession() as session:
        answer = await Caller(served, session)(method, **args)
    assert not answer["ok"]
    assert answer["error"] in set(published(method)["errors"]) | EVERYWHERE | OBSERVED.get(method, set())


def test_no_code_is_made_up() -> None:
    """Every code written anywhere in the playground is one that some page of Slack lists."""
    listed = {code for page in (SLACK / "methods").rglob("*.json") for code in json.loads(page.read_text())["errors"]}
    written: set[str] = set()
    for file in Path(bot.playground.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "SlackError"
                and node.args
            ):
                code = node.args[0]
                written |= {code.value} if isinstance(code, ast.Constant) else set()
    assert len(written) > 40
    assert written - listed - EVERYWHERE - OUTSIDE == set()


@pytest.mark.parametrize(
    ("event", "recorded"),
    [
        ("app_mention", "AppMentionPayload"),
        ("message", "MessagePayload"),
        ("app_home_opened", "AppHomeOpenedPayload"),
        ("reaction_added", "ReactionAddedPayload"),
        ("member_joined_channel", "MemberJoinedChannelPayload"),
    ],
)
async def test_events_have_only_published_keys(event: str, recorded: str) -> None:
    """Events API payloads carry no key that Slack's own do not."""
    playground, sent = Playground(), []
    playground.slack.dispatch.event = lambda name, payload: sent.append((name, payload))  # type: ignore[method-assign]
    async with playground.serve():
        message = await playground.type("ada", "team-web", "hi @quarterdeck")
        playground.people.react("grace", "team-web", message.ts, "eyes")
        playground.people.join("ada", "general", "quarterdeck")
        playground.open_home("ada")
    known = set(paths(sample(f"events/{recorded}.json"))) | {"context_team_id", "context_enterprise_id"}
    seen = [set(paths(payload)) for name, payload in sent if name == event]
    assert seen
    assert set.union(*seen) - known == set()


@pytest.mark.parametrize(
    ("kind", "recorded"),
    [
        ("slash_commands", "slash-commands/SlashCommandPayload"),
        ("block_actions", "interactive-components/BlockActionPayload"),
        ("message_action", "interactive-components/MessageShortcutPayload"),
        ("view_submission", "views/ViewSubmissionPayload"),
        ("view_closed", "views/ViewClosedPayload"),
    ],
)
async def test_interactions_have_only_published_keys(kind: str, recorded: str) -> None:
    """Commands, clicks, shortcuts and submissions carry no key that Slack's own do not."""
    playground, sent = Playground(), {}
    take = playground.slack.dispatch.request

    async def spy(family: Any, name: str, payload: dict[str, Any]) -> Any:
        sent[payload.get("type", str(family))] = payload
        return await take(family, name, payload)

    playground.slack.dispatch.request = spy  # type: ignore[method-assign]
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "v"}
    async with playground.serve() as served, aiohttp.ClientSession() as session:
        call = Caller(served, session)
        ts = (
            await call("chat.postMessage", channel=WEB, text="x", blocks=[{"type": "actions", "elements": [button]}])
        )["ts"]
        await playground.type("ada", "team-web", "/ops x")
        await playground.click("ada", "team-web", ts, "go")
        await playground.shortcut("ada", "s", "team-web", ts)
        view = MODAL | {"submit": {"type": "plain_text", "text": "Go"}, "notify_on_close": True}
        await call("views.open", trigger_id=playground.slack.triggers.mint("U02ADA"), view=view)
        await playground.submit("ada")
        await playground.close("ada")
    assert set(paths(sent[kind])) - set(paths(sample(f"app-backend/{recorded}.json"))) - ALSO == set()


# In Slack's documentation of these payloads, but not in the recorded ones.
ALSO = {"state.values", "view.state.values", "response_urls", "view.blocks"}
