"""The admin socket: a Unix socket beside the database, mode 0600, one JSON line in and one out; for commands typed on this machine."""

import asyncio
import json
import os
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import structlog

log = structlog.get_logger(__name__)
LONGEST = 64 * 1024
SECONDS = 10

Json: TypeAlias = Mapping[str, object]
Answerer = Callable[[Json], Awaitable[Json]]


def path_beside(database: Path) -> Path:
    """Where the socket of a database is."""
    return database.with_name(database.name + ".admin")


class AdminSocket:
    """Answers whoever may read the socket and has our own user id; anybody else is hung up on."""

    def __init__(self, path: Path, verbs: Mapping[str, Answerer]) -> None:
        self._path = path
        self._verbs = verbs
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen; a socket that a killed process left is replaced."""
        await asyncio.to_thread(self._path.unlink, missing_ok=True)
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._serve, path=str(self._path), limit=LONGEST)
        finally:
            os.umask(before)

    async def close(self) -> None:
        """Stop listening and remove the socket."""
        if self._server is not None:
            self._server.close()
        await asyncio.to_thread(self._path.unlink, missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                if ours(writer.get_extra_info("socket")):
                    answer = await self._answer(await reader.readline())
                    writer.write(json.dumps(answer).encode() + b"\n")
                    await writer.drain()
        except (TimeoutError, ConnectionError, ValueError) as error:
            log.warning("admin connection broke", error=type(error).__name__)
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> Json:
        try:
            asked = json.loads(line)
            verb = self._verbs[asked["verb"]]
        except (ValueError, KeyError, TypeError):
            return {"ok": False, "error": f"unknown request; known: {', '.join(self._verbs)}"}
        try:
            return {"ok": True, **await verb(asked)}
        except Exception as error:
            log.exception("admin request failed")
            return {"ok": False, "error": f"it broke: {type(error).__name__}; the log says more"}


def ours(connection: socket.socket) -> bool:
    """Whether the other end runs as us (or root), where the system can tell; the socket's mode has let it in already."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return True
    _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i")))
    return user in {os.getuid(), 0}


async def ask(path: Path, request: Json) -> Json | None:
    """The running bot's answer, or None where nobody listens."""
    try:
        async with asyncio.timeout(SECONDS):
            reader, writer = await asyncio.open_unix_connection(str(path))
            writer.write(json.dumps(request).encode() + b"\n")
            await writer.drain()
            answer: Json = json.loads(await reader.readline())
            writer.close()
            return answer
    except (OSError, TimeoutError, ValueError):
        return None
