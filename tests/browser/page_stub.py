"""A small server with the playground's page and a scripted `/ui/` API behind it, to develop and test the page alone."""

import argparse
import asyncio
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

Json = dict[str, Any]
PAGE = Path(__file__).resolve().parents[2] / "bot" / "playground" / "page"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
POLICY = "default-src 'self'; frame-ancestors 'none'"
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
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": {"action_id": "it", **element}, **more}


def message(stamp: str, user: str, text: str, *blocks: Json, channel: str = WEB, **more: Any) -> Json:
    shown: Json = {"ts": stamp, "channel": channel, "user": user, "text": text, "blocks": list(blocks), "attachments": []}
    shown |= {"edited": False, "ephemeral": False, "broadcast": False, "reactions": [], "files": []}
    return shown | ({"bot_id": "B1DECK", "username": "Quarterdeck"} if user == BOT else {}) | more


CONFIRM = {"title": plain("Deploy to production?"), "text": mrkdwn("6 changes go to *production*."), "confirm": plain("Deploy"), "deny": plain("Not now")}
CARD = (
    section("✅ *Live* · web → production\n6 changes · took 3 min · healthy 10 min"),
    context("Ada · `5d2f0b7` · <!date^1795519000^{time}|14:05> · #1287"),
    actions("card", button("Changes", "changes"), button("Roll back…", "rollback", accessibility_label="Roll back web in production")),
)
RUNNING = (
    section("🔄 *Running* · web → production\nStep 3 of 4: migrate"),
    context("Ada · `5d2f0b7` · 6 changes · <https://example.com/runs/1|run> · #1287"),
    actions("card", button("Stop…", "stop", style="danger", accessibility_label="Stop web to production")),
)
FAILED = (
    section('❌ *Failed* · web → production\nAt step 3, migrate: relation "orders" is locked\nStill serving `a41c9e2` (asked web, 14:06)'),
    context("Ada · `5d2f0b7` · 14:05 · #1287"),
    actions("card", button("Log", "log"), button("Try again…", "again", style="primary")),
)
PLAN = (
    section("Deploy *web* → *production*?\n6 changes since `a41c9e2`, serving now · staging verified it 2 h ago\n⚠️ 1 migration (0042_orders.sql): a rollback will not undo it · react 18 → 19"),
    section("• #412 Faster checkout\n• #415 Retry failed webhooks\n• 4 more"),
    context("✅ Checks passed (12 of 12) · usually 3 min · good until <!date^1795521000^{time}|14:15>"),
    actions("plan", button("Deploy to production", "deploy", style="primary", confirm=CONFIRM), button("All changes", "all"), button("Not now", "dismiss")),
)
HOSTILE = '<img src=x onerror="window.hacked=1"> &lt;script&gt;window.hacked=1&lt;/script&gt; <javascript:alert(1)|click> `<b>x</b>` \u202eRTL <!channel>'


def feeds() -> dict[str, list[Json]]:
    """Return the messages of each channel, and of each thread as `channel/thread`."""
    root = ts(33)
    replies = [
        message(ts(32), BOT, "*web · production* · 6 changes · `a41c9e2` → `5d2f0b7`\n⚠️ *Look here:* migration 0042_orders.sql (#412)\n*Features*  #412 Faster checkout · #410 Gift cards", thread_ts=root),
        message(ts(31), GRACE, "Watching the error rate. Looks *calm*.", thread_ts=root),
        message(ts(29), BOT, f"Live. <@{ADA}>", thread_ts=root, broadcast=True),
    ]
    posted = [
        message(ts(1500), GRACE, f"Morning. <@{ADA}>, can you take the checkout change today? See <#{INCIDENTS}> for why."),
        message(ts(1498), ADA, "Yes: after lunch. `main` is green since 5d2f0b7, and it is *small*."),
        message(ts(1497.5), ADA, "> one migration, one feature\nI will put it on staging first :eyes:", reactions=[{"name": "+1", "count": 2, "users": [GRACE, LINUS]}, {"name": "rocket", "count": 1, "users": [ADA]}]),
        message(ts(60), LINUS, "```\n$ curl -s localhost:8101/version\n5d2f0b7\n```"),
        message(ts(58), LINUS, "Staging answers. _Thank you_ ~Grace~ all.", files=[{"id": "F1", "name": "migrate.log", "mimetype": "text/plain", "size": 412, "url": "/files/migrate.log"}]),
        message(root, BOT, "Live: web to production.", *CARD, reply_count=3, reply_users=[BOT, GRACE], latest_reply=ts(29)),
        replies[2],
        message(ts(12), BOT, "Running: web to production.", *RUNNING),
        message(ts(5), BOT, "Deploy web to production?", *PLAN, ephemeral=True),
    ]
    return {
        WEB: posted,
        f"{WEB}/{root}": [posted[5], *replies],
        INCIDENTS: [message(ts(200 - n), (GRACE, LINUS)[n % 2], f"Line {n} of a long night", channel=INCIDENTS) for n in range(60)],
        LEADS: [message(ts(90), GRACE, "Only we two see this.", channel=LEADS)],
        OTHER: [message(ts(400), LINUS, "A channel you have not joined.", channel=OTHER)],
        DM: [message(ts(20), BOT, "Hello. Type `help`.", channel=DM)],
    }


def showcase() -> list[Json]:
    """Return one of every block, for the rendering tests and for looking at."""
    cell = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "web", "style": {"bold": True}}]}]}
    rich = {"type": "rich_text", "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "Bold", "style": {"bold": True}}, {"type": "text", "text": " and "}, {"type": "user", "user_id": ADA}, {"type": "emoji", "name": "tada"}]},
        {"type": "rich_text_list", "style": "ordered", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "first"}]}, {"type": "rich_text_section", "elements": [{"type": "link", "url": "https://example.com", "text": "second"}]}]},
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "quoted"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "make demo"}]},
    ]}
    return [
        {"type": "header", "text": plain("Every block")},
        section("A *section* with an accessory", accessory=button("Look", "look")),
        {"type": "section", "fields": [mrkdwn("*From*\n`a41c9e2`"), mrkdwn("*To*\n`5d2f0b7`")]},
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "image", "image_url": "/files/dot.svg", "alt_text": "a dot"}, mrkdwn("context with an image")]},
        actions("every", button("Plain", "b1"), button("Primary", "b2", style="primary"), button("Danger", "b3", style="danger"), button("Docs", "b4", url="https://example.com"), {"type": "overflow", "action_id": "more", "options": [option("Silence", "silence"), option("Assign", "assign")]}),
        actions("choose", {"type": "static_select", "action_id": "one", "placeholder": plain("Pick one"), "option_groups": [{"label": plain("Near"), "options": [option("staging")]}, {"label": plain("Far"), "options": [option("production")]}]}, {"type": "multi_static_select", "action_id": "many", "placeholder": plain("Pick some"), "options": [option("web"), option("api"), option("billing")]}, {"type": "users_select", "action_id": "who", "initial_user": GRACE}, {"type": "channels_select", "action_id": "where", "placeholder": plain("Channel")}),
        actions("more", {"type": "external_select", "action_id": "ext", "placeholder": plain("Search services"), "min_query_length": 1}, {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-24"}, {"type": "timepicker", "action_id": "time", "initial_time": "14:30"}),
        actions("ticks", {"type": "radio_buttons", "action_id": "radio", "options": [option("Rolling"), option("All at once", description=plain("Faster, riskier"))]}, {"type": "checkboxes", "action_id": "boxes", "options": [option("Notify owners")]}),
        {"type": "image", "image_url": "/files/dot.svg", "alt_text": "a dot", "title": plain("An image")},
        rich,
        {"type": "markdown", "text": "## Markdown\nwith **bold**, [a link](https://example.com) and\n\n- a list\n- of two\n\n| a | b |\n|---|--:|\n| 1 | 2 |"},
        {"type": "table", "column_settings": [{}, {"align": "right"}], "rows": [[{"type": "raw_text", "text": "Service"}, {"type": "raw_text", "text": "Behind"}], [cell, {"type": "raw_number", "value": 6, "text": "6"}], [{"type": "raw_text", "text": "api"}, {"type": "raw_text", "text": "7"}]]},
        {"type": "hologram", "text": "from the future"},
        section("<!date^1795520000^{date_short} at {time}|then> · <!subteam^S1> · <https://example.com/a?b=1&amp;c=2|a link> · &lt;not a tag&gt;"),
    ]


def modal(view_id: str = "V1", **more: Any) -> Json:
    """Return a form with inputs of many kinds."""
    blocks = [
        section("Every input. *production* is never preselected."),
        field_block("service", "Service", {"type": "plain_text_input", "placeholder": plain("web")}),
        field_block("env", "Environment", {"type": "static_select", "options": [option("staging"), option("production")]}, hint=plain("Where it goes")),
        field_block("why", "Why", {"type": "plain_text_input", "multiline": True}, optional=True),
        field_block("count", "Replicas", {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "20"}, optional=True),
        field_block("mail", "Mail", {"type": "email_text_input"}, optional=True),
        field_block("who", "Approvers", {"type": "multi_users_select", "placeholder": plain("People")}, optional=True),
        field_block("how", "How", {"type": "radio_buttons", "options": [option("Rolling"), option("All at once")], "initial_option": option("Rolling")}, optional=True),
        field_block("tick", "Also", {"type": "checkboxes", "options": [option("Notify owners")]}, optional=True),
        field_block("day", "Day", {"type": "datepicker"}, optional=True),
    ]
    return {"id": view_id, "type": "modal", "callback_id": "form", "title": plain("Deploy a service"), "submit": plain("Continue"), "close": plain("Not now"), "blocks": blocks, **more}


HOME = {"id": "V1HOME", "type": "home", "blocks": [
    {"type": "header", "text": plain("Good morning, Ada")},
    section("*Waiting for you*\n✍️ *Needs approval* · api → production\nGrace asks for 1 approval by 14:05", accessory=button("See plan and approve…", "approve", style="primary")),
    {"type": "divider"},
    section("*What is live*\n*web* · production `a41c9e2` since yesterday, healthy · staging is 6 changes ahead\n*api* · production `77ab310` since Thursday · ⚠️ 1 alert\n*billing* · same everywhere · 🔒 Linus, 3 days: “invoice run”"),
    actions("home", button("Deploy…", "deploy"), button("Roll back…", "rollback"), button("All services", "status")),
    context("`/ops help` says more · updated <!date^1795520000^{time}|14:00>"),
]}
PANEL = {
    "title": "Try this", "intro": "Five lines that tell the story. Nothing here is pretended.",
    "lines": [
        {"id": "l1", "title": "Deploy to staging", "channel": WEB, "as": ADA, "text": "/ops deploy web staging", "hint": "See what will change, confirm, watch one card. The page: http://127.0.0.1:8101/"},
        {"id": "l2", "title": "What is live?", "channel": WEB, "as": ADA, "text": "/ops status", "hint": "Each running service is asked."},
        {"id": "l3", "title": "As somebody else", "channel": LEADS, "as": GRACE, "text": "/ops whoami", "hint": ""},
    ],
    "switches": [{"id": "plug", "label": "Pull the plug", "hint": "Kills the bot in the middle and starts it again.", "confirm": "The bot is killed with kill -9 and comes back to the truth.", "state": "up", "tone": "danger"}],
    "links": [{"label": "The web service, staging", "url": "http://127.0.0.1:8101/"}],
}


def state(me: str) -> Json:
    """Return what surrounds the messages for one person."""
    person = {"kind": "member", "title": "Staff engineer"}
    users = [
        {"id": ADA, "name": "ada", "real_name": "Ada Lovelace", "color": "#8a4fc9", **person},
        {"id": GRACE, "name": "grace", "real_name": "Grace Hopper", "color": "#c9562f", "kind": "owner", "title": "Engineering lead"},
        {"id": LINUS, "name": "linus", "real_name": "Linus Pauling", "color": "#2b87bd", "kind": "admin", "title": "Site reliability"},
        {"id": GUS, "name": "gus", "real_name": "Gus Guest", "color": "#a06a1b", "kind": "guest", "title": "Contractor"},
        {"id": BOT, "name": "quarterdeck", "real_name": "Quarterdeck", "color": "#1f4e5f", "kind": "bot", "title": ""},
    ]
    room = {"kind": "channel", "is_ext_shared": False, "is_archived": False, "is_member": True, "topic": "", "unread": 0, "rings": 0, "app_member": True}
    channels = [
        {**room, "id": WEB, "name": "team-web", "topic": "The web service: deploys, questions, cake"},
        {**room, "id": INCIDENTS, "name": "incidents", "unread": 3, "rings": 1, "is_ext_shared": True},
        {**room, "id": OTHER, "name": "random", "is_member": False, "app_member": False},
        {**room, "id": OLD, "name": "old-stuff", "is_archived": True},
        {**room, "id": DM, "name": "", "kind": "im", "with": BOT},
        {**room, "id": GRACE_DM, "name": "", "kind": "im", "with": GRACE if me == ADA else ADA, "unread": 1, "rings": 1},
    ]
    if me in {ADA, GRACE}:
        channels.append({**room, "id": LEADS, "name": "leads", "kind": "private", "app_member": False})
    commands = [
        {"command": "/ops", "usage_hint": "deploy web staging | status | help", "description": "Ship, un-ship and see what is live"},
        {"command": "/deploy", "usage_hint": "web staging", "description": "Deploy a service"},
        {"command": "/rollback", "usage_hint": "web production", "description": "Go back to the last good revision"},
    ]
    shortcuts = [{"name": "Start a deploy", "type": "global", "callback_id": "start", "description": "Opens the form"}, {"name": "Deploy this…", "type": "message", "callback_id": "deploy_this", "description": "About this message"}]
    app = {"id": "A1", "name": "Quarterdeck", "bot_user": BOT, "connected": True, "transport": "socket", "connections": 2}
    groups = [{"id": "S1", "handle": "backend-leads", "name": "Backend leads", "users": [GRACE]}]
    return {"team": {"id": "T1", "name": "Acme"}, "me": me, "app": app, "users": users, "channels": channels, "usergroups": groups, "commands": commands, "shortcuts": shortcuts, "panel": PANEL}


@dataclass(kw_only=True)
class Stub:
    """The server: `posts` remembers every write, `answers` overrides one, `tell` sends an event to every open page."""

    feeds: dict[str, list[Json]] = field(default_factory=feeds)
    posts: list[tuple[str, Json]] = field(default_factory=list)
    answers: dict[str, Callable[[Json], tuple[int, Json]]] = field(default_factory=dict)
    home: Json | None = field(default_factory=lambda: dict(HOME))
    view: Json | None = None
    url: str = ""
    refuse_streams: bool = False
    _pages: list[asyncio.Queue[str | None]] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None

    def start(self, port: int = 0) -> "Stub":
        """Serve in a thread of its own; `url` is known afterwards."""
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(port, ready), daemon=True)
        self._thread.start()
        assert ready.wait(10)
        return self

    def stop(self) -> None:
        """End every stream and the thread."""
        self.drop_streams()
        self._loop.call_soon_threadsafe(self._loop.stop)
        assert self._thread is not None
        self._thread.join(10)

    def _run(self, port: int, ready: threading.Event) -> None:
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        self._loop.run_until_complete(runner.setup())
        self._loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", port).start())
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    def tell(self, kind: str, **event: Any) -> None:
        """Send one event to every open page."""
        line = json.dumps({"type": kind, **event})
        self._loop.call_soon_threadsafe(lambda: [page.put_nowait(line) for page in self._pages])

    def drop_streams(self) -> None:
        """Cut every event stream."""
        self._loop.call_soon_threadsafe(lambda: [page.put_nowait(None) for page in self._pages])

    def post(self, channel: str, said: Json) -> None:
        """Add a message and tell the pages."""
        self.feeds.setdefault(channel, []).append(said)
        self.tell("message", message=said)

    def wait_post(self, name: str, count: int = 1, seconds: float = 5.0) -> Json:
        """Return the body of the `count`-th write called `name`, once it has arrived."""
        deadline = time.monotonic() + seconds
        while len(found := [body for path, body in self.posts if path == name]) < count:
            assert time.monotonic() < deadline, f"no write {name!r} number {count} among {[path for path, _ in self.posts]}"
            time.sleep(0.01)
        return found[count - 1]

    def _application(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.get("/", self._file), web.get("/page/{name}", self._file), web.get("/files/{name}", self._sample)])
        app.add_routes([web.get("/ui/events", self._events), web.get("/ui/{name}", self._read), web.post("/ui/{name}", self._write)])
        return app

    async def _file(self, request: web.Request) -> web.Response:
        path = PAGE / request.match_info.get("name", "index.html")
        if not path.is_file():
            return web.Response(status=404)
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
        return web.Response(text=path.read_text(), content_type=TYPES[path.suffix], headers=headers)

    async def _sample(self, request: web.Request) -> web.Response:
        if request.match_info["name"].endswith(".svg"):
            dot = '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="90"><rect width="160" height="90" rx="8" fill="#2f7de1"/></svg>'
            return web.Response(text=dot, content_type="image/svg+xml")
        return web.Response(text="".join(f"14:0{n} step {n} of 12\n" for n in range(12)))

    async def _read(self, request: web.Request) -> web.Response:
        name, query = request.match_info["name"], request.query
        thread = query.get("thread")
        key = query.get("channel", "") + (f"/{thread}" if thread else "")
        found: Json = {
            "messages": {"messages": self.feeds.get(key, []), "has_more": False},
            "home": {"view": self.home},
            "view": {"view": self.view, "depth": 1 if self.view else 0},
            "journal": {"entries": [entry for entry in JOURNAL if entry["seq"] > int(query.get("after", "0"))]},
        }
        return web.json_response(state(query.get("as") or ADA) if name == "state" else found[name])

    async def _write(self, request: web.Request) -> web.Response:
        name, body = request.match_info["name"], await request.json()
        self.posts.append((name, body))
        status, answer = self.answers[name](body) if name in self.answers else (200, {})
        return web.json_response({"ok": status == 200} | answer, status=status)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if self.refuse_streams:
            return web.Response(status=503)
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await stream.prepare(request)
        page: asyncio.Queue[str | None] = asyncio.Queue()
        self._pages.append(page)
        try:
            await stream.write(b'retry: 200\ndata: {"type": "hello"}\n\n')
            while (line := await page.get()) is not None:
                await stream.write(f"data: {line}\n\n".encode())
        except ConnectionError:
            return stream
        finally:
            self._pages.remove(page)
        return stream


JOURNAL: list[Json] = [
    {"seq": 1, "at": NOW, "kind": "ui", "name": "type", "ms": 0, "ok": True, "detail": {"as": ADA, "text": "/ops status"}},
    {"seq": 2, "at": NOW + 0.01, "kind": "envelope", "name": "/ops", "ms": 0, "ok": True, "detail": {"envelope_id": "e1"}},
    {"seq": 3, "at": NOW + 0.03, "kind": "ack", "name": "/ops", "ms": 11.4, "ok": True, "detail": {}},
    {"seq": 4, "at": NOW + 0.1, "kind": "call", "name": "chat.postMessage", "ms": 3.2, "ok": True, "detail": {"channel": WEB}},
    {"seq": 5, "at": NOW + 3.2, "kind": "ack", "name": "/ops", "ms": 3001, "ok": False, "error": "operation_timeout", "detail": {}},
]


def main() -> None:
    """Serve until interrupted, to look at the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8666)
    stub = Stub()
    stub.feeds[WEB].append(message(ts(3), BOT, "Every block", *showcase()))
    stub.start(parser.parse_args().port)
    assert stub._thread is not None
    stub._thread.join()


if __name__ == "__main__":
    main()
