"""The HTTP server: Web API, Socket Mode, response URLs, files, the page and its API on one port."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from bot.playground.api import Api
from bot.playground.errors import Json, SlackError
from bot.playground.journal import Kind
from bot.playground.playground import Playground
from bot.playground.responding import respond
from bot.playground.ui import Ui

PAGE = Path(__file__).parent / "page"
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
}
TYPES |= {
    ".json": "application/json",
    ".woff2": "font/woff2",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
LAST_TURNS = 5  # turns of the loop for connections that were accepted in the last moment
MOST_BODY = 60 * 2**20
POLICY = "default-src 'self'; img-src 'self' https: data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]", "::1"}


@web.middleware
async def guarded(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse page requests another site's page makes: the playground can be told to do anything."""
    origin = request.headers.get("Origin")
    if origin and request.path.startswith("/ui/") and origin.partition("://")[2] != request.host:
        return web.json_response({"ok": False, "error": "cross_site", "message": "Not from another site."}, status=403)
    return await handler(request)


class Site:
    """The handlers that belong neither to the Web API nor to the page's API."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground
        self._slack = playground.slack

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of everything else."""
        return [
            web.get("/", self.index),
            web.get("/archives/{rest:.*}", self.index),
            web.get("/page/{name:.+}", self.page),
            web.get("/favicon.ico", self.no_icon),
            web.get("/link/", self._slack.sockets.accept),
            web.post("/upload/v1/{file}", self.upload),
            web.get("/files-pri/{file}/{name}", self.download),
            *(web.post(f"/{family}/{{rest:.+}}", self.respond) for family in ("commands", "actions", "app")),
        ]

    async def index(self, _request: web.Request) -> web.StreamResponse:
        """Serve the page itself."""
        return self._file("index.html")

    async def page(self, request: web.Request) -> web.StreamResponse:
        """Serve one file of the page."""
        return self._file(request.match_info["name"])

    async def no_icon(self, _request: web.Request) -> web.StreamResponse:
        """Say that there is no icon of the old kind."""
        return web.Response(status=204)

    def _file(self, name: str) -> web.Response:
        path = (PAGE / name).resolve()
        if not path.is_relative_to(PAGE.resolve()) or not path.is_file():
            return web.Response(status=404, text="no such file")
        kind = TYPES.get(path.suffix, "application/octet-stream")
        charset = "utf-8" if kind.startswith(("text/", "application/json", "image/svg")) else None
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": POLICY}
        return web.Response(body=path.read_bytes(), content_type=kind, charset=charset, headers=headers)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Take a post to a response URL: `ok`, or 404 with `used_url` or `expired_url`."""
        try:
            right = self._slack.response_urls.find(request.path)
            body = await _json_body(request)
            right.uses += 1
            respond(self._slack, right, body)
        except SlackError as error:
            self._slack.journal.note(Kind.CALL, "response_url", error=error.code)
            status = 404 if error.code in {"used_url", "expired_url"} else 400
            return web.json_response(error.answer(), status=status)
        self._slack.journal.note(Kind.CALL, "response_url", detail={"uses": right.uses, "body": body})
        return web.Response(text="ok")

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Take the bytes of a promised file, raw or as a form."""
        file = self._slack.workspace.files.get(request.match_info["file"].partition("-")[0])
        if file is None or file.content is not None:
            return web.Response(status=404, text="no such upload")
        file.content = await _uploaded(request)
        self._slack.journal.note(Kind.CALL, "upload", detail={"file": file.id, "bytes": len(file.content)})
        return web.Response(text=f"OK - {len(file.content)}")

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Serve a shared file as a download that no browser executes."""
        file = self._slack.workspace.files.get(request.match_info["file"].rpartition("-")[2])
        if file is None or file.content is None:
            return web.Response(status=404, text="no such file")
        shown = (
            file.mimetype
            if file.mimetype in {"text/plain", "image/png", "image/jpeg", "image/gif"}
            else "application/octet-stream"
        )
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
        return web.Response(body=file.content, content_type=shown, headers=headers)


async def _json_body(request: web.Request) -> Json:
    try:
        body = await request.json()
    except ValueError:
        raise SlackError("invalid_payload") from None
    if not isinstance(body, dict):
        raise SlackError("invalid_payload")
    return body


async def _uploaded(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return b""


def application(playground: Playground) -> web.Application:
    """Return the aiohttp application of a playground."""
    api = Api(slack=playground.slack)
    app = web.Application(client_max_size=MOST_BODY, middlewares=[guarded])
    app.router.add_route("*", "/api/{method}", api.handle)
    app.add_routes(Ui(playground=playground).routes())
    app.add_routes(Site(playground).routes())
    return app


@asynccontextmanager
async def listening(playground: Playground, host: str, port: int) -> AsyncIterator[str]:
    """Listen, yield the base URL (`http://127.0.0.1:8123`), and end every stream and connection afterwards."""
    runner = web.AppRunner(application(playground), access_log=None, shutdown_timeout=0.5, handler_cancellation=True)
    await runner.setup()
    assert runner.server is not None
    try:
        listener = await asyncio.get_running_loop().create_server(runner.server, host, port)
        bound = listener.sockets[0].getsockname()[1]
        shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared with, not bound to
        try:
            yield f"http://{shown}:{bound}"
        finally:
            await _stop_listening(listener)
    finally:
        await _end(playground)
        await runner.cleanup()
        await asyncio.sleep(0)  # transports that were just closed need a turn of the loop to let go of their sockets


async def _stop_listening(listener: asyncio.Server) -> None:
    """Stop accepting, let what was just accepted become a connection, then close: the other way round leaks it."""
    loop = asyncio.get_running_loop()
    for socket in listener.sockets:
        loop.remove_reader(socket.fileno())
    for _ in range(LAST_TURNS):
        await asyncio.sleep(0)
    listener.close()


async def _end(playground: Playground) -> None:
    playground.slack.stopping.set()
    playground.slack.changes.close()
    await playground.slack.sockets.close()
    await playground.slack.tasks.close()
