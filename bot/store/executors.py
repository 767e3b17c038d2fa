"""Who runs transactions: a writer thread with group commit and a pool of readers, or the caller's own loop without threads."""

import asyncio
import sqlite3
from asyncio import AbstractEventLoop, Future
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Protocol, TypeAlias, TypeVar

from sqlite_utils import Database

from bot.domain.terms import Millis
from bot.store.database import BUSY, FileLink, Link, Remembered, prepare
from bot.store.errors import Trouble, unusable
from bot.store.transactions import Outcome, Probe, Work, commit_together, read_once, silent
from bot.store.tx import Tx

T = TypeVar("T")

MOST_IN_A_COMMIT = 256
READERS = 3


class Store(Protocol):
    """Runs transactions: plain functions without input or output of their own, `fn(tx) -> T`.

    Both raise what the function raises, and bot.errors.StoreError where the database cannot be used. Bound the wait with
    asyncio.timeout: a write that had begun when the caller gave up may still be committed, one that had not is dropped.
    """

    async def read(self, fn: Callable[[Tx], T]) -> T:
        """Run on one consistent snapshot."""

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """Run and commit; durable when it returns."""

    async def close(self) -> None:
        """Finish what was asked, then refuse."""


class InlineStore:
    """The same transactions on the caller's loop. `probe` is called around each commit and may raise: a simulated crash."""

    def __init__(self, link: Link, *, probe: Probe = silent) -> None:
        self._link = link
        self._probe = probe
        self._closed = False

    @classmethod
    def memory(cls, *, probe: Probe = silent) -> "InlineStore":
        """On a new database in memory."""
        return cls(Remembered(), probe=probe)

    @classmethod
    def open(cls, path: Path, *, probe: Probe = silent, busy: Millis = BUSY) -> "InlineStore":
        """On a file, which is created, checked and migrated first; raises StoreError."""
        prepare(path)
        return cls(FileLink(path, writable=True, busy=busy), probe=probe)

    def reborn(self, *, probe: Probe = silent) -> "InlineStore":
        """A new store on the committed rows of this one, as after a restart."""
        self._closed = True
        return InlineStore(self._link, probe=probe)

    async def read(self, fn: Callable[[Tx], T]) -> T:
        """Run on one consistent snapshot."""
        await asyncio.sleep(0)  # others may run in between, as with threads
        return self._run(read_once, fn)  # type: ignore[no-any-return]  # what fn returned

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """Run and commit; durable when it returns."""
        await asyncio.sleep(0)
        value = self._run(self._commit, fn)
        await asyncio.sleep(0)
        return value  # type: ignore[no-any-return]  # what fn returned

    async def close(self) -> None:
        """Refuse from now on."""
        self._closed = True
        self._link.close()

    def _commit(self, database: Database, fn: Work) -> Outcome:
        return commit_together(database, (fn,), self._probe)[0]

    def _run(self, execute: Callable[[Database, Work], Outcome], fn: Work) -> Any:
        if self._closed:
            raise unusable(Trouble.CLOSED, "The database")
        try:
            outcome = execute(self._link.ready(), fn)
        except sqlite3.Error as error:
            raise _worded(self._link, error) from error
        if outcome.error is not None:
            raise _worded(self._link, outcome.error)
        return outcome.value


@dataclass(frozen=True, kw_only=True, eq=False)
class Order:
    """A function that waits for its turn, and who waits for it."""

    work: Work
    future: Future[Any]
    loop: AbstractEventLoop


Orders: TypeAlias = "SimpleQueue[Order | None]"


class ThreadedStore:
    """One daemon thread writes, a few read; however many callers write at once share one commit and one fsync."""

    def __init__(self, path: Path, *, readers: int = READERS, busy: Millis = BUSY) -> None:
        """On a file that `prepare` has seen; `busy` is how long to wait for another process that writes."""
        self.path = path
        self._closed = False
        self._writes: Orders = SimpleQueue()
        self._reads: Orders = SimpleQueue()
        writer = FileLink(path, writable=True, busy=busy)
        self._writer = _lane("store-writer", self._writes, writer, _commit, MOST_IN_A_COMMIT)
        self._readers = [
            _lane(f"store-reader-{n}", self._reads, FileLink(path, writable=False), _look, 1) for n in range(readers)
        ]

    @classmethod
    async def open(cls, path: Path, *, readers: int = READERS, busy: Millis = BUSY) -> "ThreadedStore":
        """Create, check and migrate the file, then start the threads; raises StoreError."""
        await asyncio.to_thread(prepare, path)
        return cls(path, readers=readers, busy=busy)

    @property
    def alive(self) -> bool:
        """Whether the writer thread runs, for the health check."""
        return self._writer.is_alive()

    @property
    def waiting(self) -> int:
        """How many writes wait for their turn, about."""
        return self._writes.qsize()

    async def read(self, fn: Callable[[Tx], T]) -> T:
        """Run on one consistent snapshot, in a reader thread."""
        return await self._ask(self._reads, fn)  # type: ignore[no-any-return]  # what fn returned

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """Run in the writer thread and commit; durable when it returns."""
        return await self._ask(self._writes, fn)  # type: ignore[no-any-return]  # what fn returned

    async def close(self) -> None:
        """Finish what was asked, then stop the threads: readers first, so that the last one out can empty the WAL."""
        if self._closed:
            return
        self._closed = True
        for _ in self._readers:
            self._reads.put(None)
        for thread in self._readers:
            await asyncio.to_thread(thread.join)
        self._writes.put(None)
        await asyncio.to_thread(self._writer.join)

    async def _ask(self, orders: Orders, work: Work) -> Any:
        if self._closed:
            raise unusable(Trouble.CLOSED, self.path)
        loop = asyncio.get_running_loop()
        future: Future[Any] = loop.create_future()
        orders.put(Order(work=work, future=future, loop=loop))
        return await future


Serve: TypeAlias = Callable[[Link, Sequence[Order]], list[Outcome]]


def _lane(name: str, orders: Orders, link: Link, serve: Serve, most: int) -> Thread:
    thread = Thread(name=name, daemon=True, target=_serve_all, args=(orders, link, serve, most))
    thread.start()
    return thread


def _serve_all(orders: Orders, link: Link, serve: Serve, most: int) -> None:
    going = True
    while going:
        batch = _drain(orders, most)
        going = batch[-1] is not None
        # Whoever gave up was told that nothing was recorded: what has not begun does not begin any more.
        wanted = [order for order in batch if order is not None and not order.future.cancelled()]
        if wanted:
            _deliver(zip(wanted, serve(link, wanted), strict=True))
    _tidy(link)


def _drain(orders: Orders, most: int) -> list[Order | None]:
    batch = [orders.get()]
    while batch[-1] is not None and len(batch) < most:
        try:
            batch.append(orders.get_nowait())
        except Empty:
            break
    return batch


def _commit(link: Link, batch: Sequence[Order]) -> list[Outcome]:
    try:
        outcomes = commit_together(link.ready(), [order.work for order in batch])
    except BaseException as error:  # noqa: BLE001  # it belongs to the callers; the thread has to live
        return [Outcome(error=_worded(link, error)) for _ in batch]
    return [each if each.error is None else Outcome(error=_worded(link, each.error)) for each in outcomes]


def _look(link: Link, batch: Sequence[Order]) -> list[Outcome]:
    try:
        outcomes = [read_once(link.ready(), order.work) for order in batch]
    except BaseException as error:  # noqa: BLE001  # as above
        return [Outcome(error=_worded(link, error)) for _ in batch]
    return [each if each.error is None else Outcome(error=_worded(link, each.error)) for each in outcomes]


def _worded(link: Link, error: BaseException) -> BaseException:
    if isinstance(error, sqlite3.Error):
        found = link.explain(error)
        if found is not None:
            found.__cause__ = error
            return found
    if isinstance(error, StopIteration):  # a future refuses it
        return RuntimeError("a transaction raised StopIteration")
    return error


def _deliver(answers: Iterable[tuple[Order, Outcome]]) -> None:
    by_loop: dict[AbstractEventLoop, list[tuple[Order, Outcome]]] = {}
    for order, outcome in answers:
        by_loop.setdefault(order.loop, []).append((order, outcome))
    for loop, theirs in by_loop.items():
        with suppress(RuntimeError):  # that loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_resolve, theirs)


def _resolve(answers: Sequence[tuple[Order, Outcome]]) -> None:
    for order, outcome in answers:
        if order.future.done():
            continue
        if outcome.error is not None:
            order.future.set_exception(outcome.error)
        else:
            order.future.set_result(outcome.value)


def _tidy(link: Link) -> None:
    with suppress(Exception):  # nothing depends on it
        link.ready().execute("pragma optimize")
    link.close()
