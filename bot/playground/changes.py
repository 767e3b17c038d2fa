"""What just happened, told to every open page that may see it and to everyone who waits for a condition."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from typing import TypeVar

from bot.playground.errors import Json

T = TypeVar("T")
BACKLOG = 2_000  # a page that fell this far behind is cut off and reloads
LOOK_AGAIN = 0.05  # seconds between two looks at a condition when the playground itself is quiet


class Changes:
    """A fan-out of page events per person, and one wake-up for `wait_for`."""

    def __init__(self) -> None:
        self._pages: dict[str, list[asyncio.Queue[Json | None]]] = {}
        self._waiting: list[asyncio.Event] = []

    def tell(self, people: Iterable[str], event: Json) -> None:
        """Send `event` to the open pages of these people (user ids) and wake whoever waits."""
        for person in dict.fromkeys(people):
            for page in self._pages.get(person, []):
                _put(page, event)
        self.touch()

    def tell_all(self, event: Json) -> None:
        """Send `event` to every open page."""
        self.tell(list(self._pages), event)

    def touch(self) -> None:
        """Wake whoever waits for a condition, without telling any page."""
        for waking in self._waiting:
            waking.set()

    def close(self) -> None:
        """End every open page's stream."""
        for pages in self._pages.values():
            for page in pages:
                _put(page, None)

    async def listen(self, person: str) -> AsyncIterator[Json]:
        """Yield the events for `person` until the playground stops or the reader falls hopelessly behind."""
        page: asyncio.Queue[Json | None] = asyncio.Queue(maxsize=BACKLOG)
        self._pages.setdefault(person, []).append(page)
        try:
            while (event := await page.get()) is not None:
                yield event
        finally:
            self._pages[person].remove(page)

    async def wait_for(self, predicate: Callable[[], T], timeout: float, what: str) -> T:  # noqa: ASYNC109 - part of the public face
        """Return the first truthy value of `predicate`, asked after each change; TimeoutError after `timeout` seconds.

        It is also asked twenty times a second, for conditions about something else than the playground.
        """
        waking = asyncio.Event()
        self._waiting.append(waking)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        try:
            while not (value := predicate()):
                if loop.time() > deadline:
                    raise TimeoutError(f"nothing in {timeout} s made true: {what}")
                await _wake_or_look(waking)
            return value
        finally:
            self._waiting.remove(waking)


async def _wake_or_look(waking: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(LOOK_AGAIN):
            await waking.wait()
    except TimeoutError:
        return
    waking.clear()


def _put(page: asyncio.Queue[Json | None], event: Json | None) -> None:
    try:
        page.put_nowait(event)
    except asyncio.QueueFull:
        page.get_nowait()
        page.put_nowait(None)
