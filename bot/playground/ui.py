"""The page's own API under `/ui/`: reads, events as a stream, and everything a person can do."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.playground import reads
from bot.playground.errors import Json, PersonError, PlaygroundError
from bot.playground.faults import Fault, Trouble
from bot.playground.inputs import overlay
from bot.playground.journal import Kind
from bot.playground.playground import Playground
from bot.playground.users import User

BEAT_SECONDS = 15.0  # a comment now and then keeps proxies and browsers from closing the stream
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Write = Callable[[Json], Awaitable[Json]]


def refused(handler: Handler) -> Handler:
    """Wrap a handler: what a person may not do becomes a 400 with `error` and `message`."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except PersonError as error:
            return web.json_response({"ok": False, "error": error.code, "message": error.message}, status=400)
        except PlaygroundError as error:
            return web.json_response({"ok": False, "error": "not_found", "message": str(error)}, status=404)
        except (KeyError, TypeError, ValueError) as error:
            message = f"the request is malformed: {error!r}"
            return web.json_response({"ok": False, "error": "bad_request", "message": message}, status=400)

    return answer


@dataclass(kw_only=True)
class Ui:
    """The handlers of `/ui/*`."""

    playground: Playground

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the page's API."""
        reading: dict[str, Handler] = {
            "state": self.state,
            "messages": self.messages,
            "home": self.home,
            "view": self.view,
            "suggest": self.suggestions,
            "journal": self.journal,
            "events": self.events,
        }
        writing: dict[str, Write] = {
            "type": self.type,
            "click": self.click,
            "options": self.options,
            "submit": self.submit,
            "close": self.close,
            "shortcut": self.shortcut,
            "home": self.open_home,
            "react": self.react,
            "read": self.read,
            "open_dm": self.open_dm,
            "join": self.join,
            "switch": self.switch,
            "fault": self.fault,
        }
        gets = [web.get(f"/ui/{name}", refused(handler)) for name, handler in reading.items()]
        return gets + [web.post(f"/ui/{name}", refused(self._writing(name, write))) for name, write in writing.items()]

    def _writing(self, name: str, write: Write) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            if (
                request.content_type != "application/json"
            ):  # a page of another site cannot send this without asking first
                raise PersonError("bad_request", "Send JSON.")
            body: Json = await request.json()
            self.playground.journal.note(Kind.UI, name, detail=body)
            return web.json_response({"ok": True} | await write(body))

        return answer

    def _me(self, request: web.Request) -> User:
        return self.playground.people.acting(request.query["as"])

    # -- reads -------------------------------------------------------------------------------------------------------------

    async def state(self, request: web.Request) -> web.StreamResponse:
        """Return everything around the messages."""
        return web.json_response(reads.state(self.playground, self._me(request)))

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """Return a channel's or a thread's messages."""
        me = self._me(request)
        channel = self.playground.people.open_channel(me, request.query["channel"])
        return web.json_response(reads.messages(self.playground, me, channel, request.query.get("thread", "")))

    async def home(self, request: web.Request) -> web.StreamResponse:
        """Return the person's Home tab."""
        return web.json_response({"view": self.playground.home(self._me(request).id)})

    async def view(self, request: web.Request) -> web.StreamResponse:
        """Return the person's top modal and how many are stacked."""
        me = self._me(request)
        depth = len(self.playground.slack.desk.stack(me.id))
        return web.json_response({"view": self.playground.view(me.id), "depth": depth})

    async def suggestions(self, request: web.Request) -> web.StreamResponse:
        """Return completions for the composer."""
        me = self._me(request)
        name = request.query.get("channel", "")
        channel = self.playground.people.open_channel(me, name) if name else None
        return web.json_response(reads.suggest(self.playground, me, request.query.get("q", ""), channel))

    async def journal(self, request: web.Request) -> web.StreamResponse:
        """Return journal entries after a sequence number."""
        entries = self.playground.journal.after(int(request.query.get("after", "0")))
        return web.json_response({"entries": [entry.as_json() for entry in entries]})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Stream the person's events until the page goes away or the playground stops."""
        me = self._me(request)
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        stream = web.StreamResponse(headers=headers)
        await stream.prepare(request)
        beat = asyncio.ensure_future(_beat(stream))
        try:
            await _send(stream, {"type": "hello"})
            async for event in self.playground.slack.changes.listen(me.id):
                await _send(stream, event)
        except ConnectionError:
            return stream
        finally:
            beat.cancel()
        return stream

    # -- writes ------------------------------------------------------------------------------------------------------------

    async def type(self, body: Json) -> Json:
        """Send a message at once; a command's outcome comes over the events."""
        known, later = self.playground.people.type(body["as"], body["channel"], body["text"], body.get("thread") or "")
        if later is not None:
            self.playground.slack.tasks.spawn(later)
        return {"ts": known.ts} if known.ts else {}

    async def click(self, body: Json) -> Json:
        """Click or choose; the app's reaction comes over the events."""
        hands = self.playground.hands
        user = self.playground.people.acting(body["as"])
        spot = hands.spot(
            user, channel=body.get("channel", ""), ts=body.get("ts", ""), view_id=body.get("view_id") or ""
        )
        self.playground.slack.tasks.spawn(hands.click(user, spot, body["action_id"], body, body.get("block_id") or ""))
        return {}

    async def options(self, body: Json) -> Json:
        """Ask the app for the options of an external select."""
        hands = self.playground.hands
        user = self.playground.people.acting(body["as"])
        spot = hands.spot(
            user, channel=body.get("channel", ""), ts=body.get("ts", ""), view_id=body.get("view_id") or ""
        )
        return await hands.suggest(user, spot, body["action_id"], body.get("value", ""), body.get("block_id") or "")

    async def submit(self, body: Json) -> Json:
        """Submit a modal and say whether it went through."""
        hands = self.playground.hands
        user = self.playground.people.acting(body["as"])
        view = hands.view(user, body["view_id"])
        values = overlay(view.values, (body.get("state") or {}).get("values") or {})
        answer = await hands.submit(user, view, values)
        return {"ok": not answer} | answer

    async def close(self, body: Json) -> Json:
        """Close a modal."""
        user = self.playground.people.acting(body["as"])
        view = self.playground.hands.view(user, body["view_id"])
        self.playground.slack.tasks.spawn(self.playground.hands.close(user, view))
        return {}

    async def shortcut(self, body: Json) -> Json:
        """Start a shortcut."""
        user = self.playground.people.acting(body["as"])
        channel, ts = body.get("channel") or "", body.get("ts") or ""
        self.playground.slack.tasks.spawn(self.playground.hands.shortcut(user, body["callback_id"], channel, ts))
        return {}

    async def open_home(self, body: Json) -> Json:
        """Open the Home tab."""
        self.playground.open_home(body["as"])
        return {}

    async def react(self, body: Json) -> Json:
        """Add or take back a reaction."""
        remove = bool(body.get("remove"))
        self.playground.people.react(body["as"], body["channel"], body["ts"], body["name"], remove=remove)
        return {}

    async def read(self, body: Json) -> Json:
        """Mark a channel as read."""
        self.playground.people.read(body["as"], body["channel"])
        return {}

    async def open_dm(self, body: Json) -> Json:
        """Open a direct message."""
        channel = self.playground.people.open_dm(body["as"], body["user"])
        viewer = self.playground.workspace.user(body["as"]).id
        return {"channel": self.playground.slack.channel_page(channel, viewer)}

    async def join(self, body: Json) -> Json:
        """Join a channel or bring somebody in."""
        channel = self.playground.people.join(body["as"], body["channel"], body.get("user") or "")
        viewer = self.playground.workspace.user(body["as"]).id
        return {"channel": self.playground.slack.channel_page(channel, viewer)}

    async def switch(self, body: Json) -> Json:
        """Do what a panel switch does, in the background."""
        known = {switch.id: switch for switch in self.playground.panel.switches}
        if body["id"] not in known:
            raise PersonError("unknown_switch", "There is no such switch.")
        self.playground.slack.tasks.spawn(self._switched(body["id"]))
        return {}

    async def _switched(self, switch_id: str) -> None:
        switch = next(switch for switch in self.playground.panel.switches if switch.id == switch_id)
        self.playground.switch_changed(switch_id, "busy")
        state: str | None = switch.state
        try:
            state = await switch.action() or switch.state
        finally:
            self.playground.switch_changed(switch_id, state or switch.state)

    async def fault(self, body: Json) -> Json:
        """Order a fault (`trouble`, `method`, `times`, `error`, `status`, `seconds`), a socket action, or `clear` them all."""
        faults = self.playground.faults
        if body.get("clear"):
            faults.clear()
        elif "sockets" in body:
            await self._sockets(str(body["sockets"]))
        elif "limits" in body:
            self.playground.limits.enabled = bool(body["limits"])
        else:
            faults.add(_fault(body))
        return {"standing": [_shown(fault) for fault in faults.standing()]}

    async def _sockets(self, action: str) -> None:
        sockets = self.playground.slack.sockets
        if action == "refresh":
            await sockets.ask_to_refresh()
        elif action == "drop":
            sockets.drop()
        elif action == "deafen":
            sockets.deafen()
        else:
            raise PersonError("bad_request", "sockets is one of refresh, drop, deafen.")


def _fault(body: Json) -> Fault:
    known: dict[str, Any] = {key: body[key] for key in ("method", "times", "error", "status", "seconds") if key in body}
    return Fault(trouble=Trouble(body["trouble"]), **known)


def _shown(fault: Fault) -> Json:
    return {"trouble": str(fault.trouble), "method": fault.method, "times": fault.times}


async def _send(stream: web.StreamResponse, event: Json) -> None:
    await stream.write(f"data: {json.dumps(event)}\n\n".encode())


async def _beat(stream: web.StreamResponse) -> None:
    while True:
        await asyncio.sleep(BEAT_SECONDS)
        await stream.write(b": still here\n\n")
