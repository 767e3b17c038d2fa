"""A small server with the playground's page and a scripted `/ui/` API behind it, to develop and test the page alone."""

import argparse
import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.page_blocks import ADA, BOT, HOME, NOW, WEB, Json, message, showcase, ts
from tests.browser.page_content import JOURNAL, feeds, state
from tests.browser.stage import ARGUMENTS, chromium

PAGE = Path(__file__).resolve().parents[2] / "bot" / "playground" / "page"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
POLICY = "default-src 'self'; frame-ancestors 'none'"
PATIENCE = 10_000  # milliseconds that anything may take to appear


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
        """Remember what an event says, as the real server would, and send it to every open page."""
        if "message" in event and kind != "view_error":
            self._keep(event["message"])
        elif kind in {"message_deleted", "ephemeral_deleted"}:
            self.feeds[event["channel"]] = [m for m in self.feeds[event["channel"]] if m["ts"] != event["ts"]]
        elif kind in {"view_opened", "view_updated", "view_closed"}:
            self.view = event.get("view")
        self._loop.call_soon_threadsafe(self._put, json.dumps({"type": kind, **event}))

    @property
    def is_heard(self) -> bool:
        """Whether a page listens, or is not to."""
        return bool(self._pages) or self.refuse_streams

    def drop_streams(self) -> None:
        """Cut every event stream."""
        self._loop.call_soon_threadsafe(self._put, None)

    def _put(self, line: str | None) -> None:
        for page in self._pages:
            page.put_nowait(line)

    def post(self, said: Json) -> None:
        """Add a message and tell the pages."""
        self.tell("message", message=said)

    def _keep(self, said: Json) -> None:
        root = said.get("thread_ts", said["ts"])
        thread = f"{said['channel']}/{root}"
        places = [thread] if thread in self.feeds else []
        if root == said["ts"] or said["broadcast"]:
            places.append(said["channel"])
        for place in places:
            others = [each for each in self.feeds.get(place, []) if each["ts"] != said["ts"]]
            self.feeds[place] = sorted([*others, said], key=lambda each: float(each["ts"]))

    def wait_post(self, name: str, count: int = 1, seconds: float = 5.0) -> Json:
        """Return the body of the `count`-th write called `name`, once it has arrived."""
        deadline = time.monotonic() + seconds
        while len(found := [body for path, body in self.posts if path == name]) < count:
            assert time.monotonic() < deadline, (
                f"no write {name!r} number {count} among {[path for path, _ in self.posts]}"
            )
            time.sleep(0.01)
        return found[count - 1]

    def _application(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [web.get("/", self._file), web.get("/page/{name}", self._file), web.get("/files/{name}", self._sample)]
        )
        app.add_routes(
            [
                web.get("/ui/events", self._events),
                web.get("/ui/{name}", self._read),
                web.post("/ui/{name}", self._write),
            ]
        )
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
        page: asyncio.Queue[str | None] = asyncio.Queue()
        await stream.prepare(request)
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


@contextmanager
def serving() -> Iterator[Stub]:
    """Give a stub of its own to a test."""
    stub = Stub().start()
    try:
        yield stub
    finally:
        stub.stop()


@contextmanager
def browsing() -> Iterator[Browser]:
    """Give a Chromium to a module's tests; without one they are skipped, and in CI they fail."""
    program = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def visiting(browser: Browser, stub: Stub, *, place: str = "", **look: Any) -> Iterator[Page]:
    """Open the page (at the hash `place`); whatever the browser complains about fails the test."""
    look = {"viewport": {"width": 1280, "height": 860}, "timezone_id": "Europe/Berlin", "locale": "en-GB"} | look
    context = browser.new_context(**look)
    complaints: list[str] = []
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if _grave(line.type, line.text) else None)
    page.clock.set_system_time(NOW)
    page.goto(stub.url + (f"#{place}" if place else ""))
    page.get_by_test_id("channel-pane").locator(".pane-title").wait_for()
    for _ in range(PATIENCE // 20):  # what is told before the page listens is told to nobody
        if stub.is_heard:
            break
        page.wait_for_timeout(20)
    yield page
    context.close()
    assert complaints == []


def _grave(kind: str, text: str) -> bool:
    """Tell what is wrong with the page from what is only a refused request, which tests order on purpose."""
    return kind in {"error", "warning"} and "Failed to load resource" not in text


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
