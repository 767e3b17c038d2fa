"""Where audit lines go: standard output, a file, or an address. A batch arrives whole, or it is sent again."""

import asyncio
import os
import select
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.web.posting import Posted, post_lines

CHUNK = 512  # what a pipe that is ready takes without waiting, on every system
PATIENCE = 5.0  # seconds, for somebody to read what stands in the pipe


class Sink(Protocol):
    """Takes a batch of lines."""

    async def take(self, body: bytes) -> Posted:
        """Whether they arrived; never raises."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """POSTs each batch."""

    url: str
    token: str

    async def take(self, body: bytes) -> Posted:
        """Taken with any 2xx."""
        return await post_lines(self.url, self.token, body)


@dataclass(frozen=True, kw_only=True)
class File:
    """Appends; opened for each batch, so that a rotated file is left alone from then on."""

    path: Path

    async def take(self, body: bytes) -> Posted:
        """Taken once the lines are on the disk."""
        try:
            await asyncio.to_thread(self._append, body)
        except OSError as error:
            return Posted(taken=False, why=f"{self.path} cannot be written: {error.strerror}")
        return Posted(taken=True)

    def _append(self, body: bytes) -> None:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        opened = os.open(self.path, flags, 0o600)
        try:
            size = os.fstat(opened).st_size
            if size and os.pread(opened, 1, size - 1) != b"\n":
                body = b"\n" + body  # a batch that broke off is sent again: what it left stays a line of its own
            while body:
                body = body[os.write(opened, body) :]
            os.fsync(opened)
        finally:
            os.close(opened)


class Output:
    """Writes to a descriptor (standard output) only while somebody reads it: a stuck reader stops nobody."""

    def __init__(self, descriptor: int = 1) -> None:
        self._descriptor = descriptor
        self._torn = False

    async def take(self, body: bytes) -> Posted:
        """Taken once it is in the pipe."""
        try:
            done = await asyncio.to_thread(self._write, b"\n" + body if self._torn else body)
        except (OSError, ValueError) as error:
            return Posted(taken=False, why=f"standard output cannot be written: {error}")
        return Posted(taken=True) if done else Posted(taken=False, why="nobody reads standard output")

    def _write(self, body: bytes) -> bool:
        while body:
            _, ready, _ = select.select([], [self._descriptor], [], PATIENCE)
            if not ready:
                return False
            written = os.write(self._descriptor, body[:CHUNK])
            body = body[written:]
            self._torn = bool(body)
        return True
