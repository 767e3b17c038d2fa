"""The admin socket: a Unix socket beside the database, mode 0600, one JSON line in and one out; for commands typed on this machine."""

import asyncio
import json
import os
import socket
import struct
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import structlog

log = structlog.get_logger(__name__)
LONGEST = 1024 * 1024  # bytes of one line: an answer lists every unfinished operation
SECONDS = 20
LONGEST_PATH = 100  # bytes; the system's own limit is 104 or 108

Json: TypeAlias = Mapping[str, Any]
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
        """Listen; a socket that a killed process left is replaced. Where there can be none, the bot runs without."""
        try:
            listening = self._listen()
        except OSError as error:
            log.warning(
                "no admin socket: `status` and `adopt` cannot ask the running bot", path=str(self._path), why=str(error)
            )
            return
        self._server = await asyncio.start_unix_server(self._serve, sock=listening, limit=LONGEST)

    def _listen(self) -> socket.socket:
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._path.unlink(missing_ok=True)
            with _address(self._path) as address:
                listening.bind(address)
            # Nobody gets in before we listen; the umask is the whole process's, and other threads make folders meanwhile.
            self._path.chmod(0o600)
        except OSError:
            listening.close()
            raise
        return listening

    async def close(self) -> None:
        """Stop listening and remove the socket."""
        if self._server is None:
            return
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
        except (ValueError, KeyError, TypeError, RecursionError):
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


@contextmanager
def _address(path: Path) -> Iterator[str]:
    """The path as the system takes it: one that is too long for a socket goes through its opened folder."""
    if len(os.fsencode(path)) <= LONGEST_PATH:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


async def ask(path: Path, request: Json) -> Json | None:
    """The running bot's answer, or None where nobody listens."""
    try:
        async with asyncio.timeout(SECONDS):
            with _address(path) as address:
                reader, writer = await asyncio.open_unix_connection(address, limit=LONGEST)
            writer.write(json.dumps(request).encode() + b"\n")
            await writer.drain()
            answer: Json = json.loads(await reader.readline())
            writer.close()
            return answer
    except (OSError, TimeoutError, ValueError):
        return None
