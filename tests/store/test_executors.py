"""One contract for every executor: what a transaction may rely on."""

import asyncio
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store import InlineStore, Store, ThreadedStore, Tx, executors, settings
from bot.store.database import Remembered
from bot.store.errors import InvariantBroken
from bot.store.transactions import AFTER_COMMIT, BEFORE_COMMIT, Outcome, Work, commit_together


class Crash(BaseException):
    """Not an Exception: nothing that means well may swallow it."""


async def test_a_write_returns_its_value_and_is_there_for_the_next_read(store: Store) -> None:
    """What was awaited is committed."""
    assert await store.write(lambda tx: settings.keep(tx, "a", "1")) == "1"
    assert await store.read(lambda tx: settings.get(tx, "a")) == "1"


async def test_a_write_that_raises_is_undone(store: Store) -> None:
    """The caller gets the very error, and nothing of the transaction is kept."""

    def spoilt(tx: Tx) -> None:
        settings.put(tx, "a", "1")
        raise LookupError("changed my mind")

    with pytest.raises(LookupError, match="changed my mind"):
        await store.write(spoilt)
    assert await store.read(lambda tx: settings.get(tx, "a")) is None


async def test_one_failure_does_not_spoil_its_neighbours(store: Store) -> None:
    """Each function in a shared commit stands or falls alone."""

    def write(n: int) -> Work:
        def fn(tx: Tx) -> int:
            settings.put(tx, f"k{n}", "v")
            if n % 3 == 0:
                raise ValueError(n)
            return n

        return fn

    answers = await asyncio.gather(*(store.write(write(n)) for n in range(30)), return_exceptions=True)
    assert [n for n, answer in enumerate(answers) if isinstance(answer, ValueError)] == list(range(0, 30, 3))
    kept = await store.read(lambda tx: {row["key"] for row in tx.all("select key from settings")})
    assert kept == {f"k{n}" for n in range(30) if n % 3}


async def test_what_the_schema_refuses_is_a_bug_and_says_which_rule(store: Store) -> None:
    """A broken invariant is no StoreError; the transaction is undone, its text has no values."""

    def twice(tx: Tx) -> None:
        for _ in range(2):
            tx.insert("settings", {"key": "secret", "value": ""})

    with pytest.raises(InvariantBroken, match=r"settings\.key") as caught:
        await store.write(twice)
    assert "secret" not in str(caught.value)
    assert await store.read(lambda tx: settings.get(tx, "secret")) is None


async def test_a_transaction_cannot_wait(store: Store) -> None:
    """A coroutine function or a generator would run after the commit; both are refused, and undone."""

    async def slow(tx: Tx) -> None:
        settings.put(tx, "a", "1")

    def lazy(tx: Tx) -> object:
        settings.put(tx, "b", "1")
        return (row for row in tx.all("select key from settings"))

    coroutines = []

    def waits(tx: Tx) -> object:
        settings.put(tx, "c", "1")
        coroutines.append(slow(tx))
        return coroutines[-1]

    for fn in (waits, lazy):
        with pytest.raises(AssertionError, match="a transaction"):
            await store.write(fn)
    coroutines[0].close()
    assert await store.read(lambda tx: tx.all("select key from settings")) == []


async def test_a_transaction_that_was_kept_is_over(store: Store) -> None:
    """Nobody reads or writes outside their transaction."""
    kept: list[Tx] = []
    await store.write(kept.append)
    await store.read(kept.append)
    for tx in kept:
        with pytest.raises(AssertionError, match="is over"):
            tx.all("select 1")


async def test_a_read_cannot_write(store: Store) -> None:
    """Neither by run nor by a statement that returns rows."""
    with pytest.raises(AssertionError, match="may not write"):
        await store.read(lambda tx: settings.put(tx, "a", "1"))
    with pytest.raises(AssertionError, match="may not write"):
        await store.read(lambda tx: tx.all("insert into settings (key, value) values ('a', '1') returning key"))
    assert await store.read(lambda tx: settings.get(tx, "a")) is None


async def test_writes_at_once_never_lose_one(store: Store) -> None:
    """Sixty-four callers that each read and write the same row count every one."""

    def count(tx: Tx) -> None:
        settings.put(tx, "n", str(int(settings.get(tx, "n") or 0) + 1))

    async def caller() -> None:
        for _ in range(5):
            await store.write(count)

    await asyncio.gather(*(caller() for _ in range(64)))
    assert await store.read(lambda tx: settings.get(tx, "n")) == "320"


async def test_a_read_sees_one_moment(store: Store) -> None:
    """While money moves between two rows, no reader ever sees it missing or twice."""
    for name, value in (("a", "100"), ("b", "0")):
        await store.write(partial(settings.put, key=name, value=value))

    def move(tx: Tx) -> None:
        settings.put(tx, "a", str(int(settings.get(tx, "a") or 0) - 1))
        settings.put(tx, "b", str(int(settings.get(tx, "b") or 0) + 1))

    def total(tx: Tx) -> int:
        return int(settings.get(tx, "a") or 0) + int(settings.get(tx, "b") or 0)

    answers = await asyncio.gather(*(store.read(total) if n % 2 else store.write(move) for n in range(120)))
    assert {answer for n, answer in enumerate(answers) if n % 2} == {100}


async def test_even_a_base_exception_leaves_the_store_alive(store: Store) -> None:
    """Whatever a function raises belongs to its caller."""

    def crashes(tx: Tx) -> None:
        settings.put(tx, "a", "1")
        raise Crash

    def stops(tx: Tx) -> None:
        raise StopIteration

    with pytest.raises(Crash):
        await store.write(crashes)
    with pytest.raises(RuntimeError):
        await store.write(stops)
    with pytest.raises(Crash):
        await store.read(lambda tx: (_ for _ in ()).throw(Crash))
    assert await store.write(lambda tx: settings.get(tx, "a")) is None


async def test_a_closed_store_says_so(store: Store) -> None:
    """After close there are no more answers, only a StoreError; closing twice is fine."""
    await store.close()
    await store.close()
    for ask in (store.read, store.write):
        with pytest.raises(StoreError, match="was closed"):
            await ask(lambda tx: settings.get(tx, "a"))


async def test_what_was_asked_before_close_is_finished(tmp_path: Path) -> None:
    """Closing keeps the promises that were made."""
    store = await ThreadedStore.open(tmp_path / "q.db")
    writes = [asyncio.ensure_future(store.write(partial(settings.put, key=str(n), value=""))) for n in range(50)]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*writes)
    again = InlineStore.open(tmp_path / "q.db")
    assert await again.read(lambda tx: len(tx.all("select key from settings"))) == 50
    await again.close()


async def test_rows_outlive_the_store(file_store: Store, tmp_path: Path) -> None:
    """What one store wrote, the next one reads."""
    await file_store.write(lambda tx: settings.put(tx, "a", "1"))
    await file_store.close()
    again = await ThreadedStore.open(tmp_path / "q.db")
    assert await again.read(lambda tx: settings.get(tx, "a")) == "1"
    await again.close()


class Stuck:
    """Holds the writer thread inside a transaction until it is let go."""

    def __init__(self, store: Store) -> None:
        self._inside = threading.Event()
        self._go = threading.Event()
        self._task = asyncio.ensure_future(store.write(self._wait))

    async def begun(self) -> None:
        await asyncio.to_thread(self._inside.wait, 10)

    async def go(self) -> None:
        self._go.set()
        await self._task

    def _wait(self, tx: Tx) -> None:
        self._inside.set()
        assert self._go.wait(10)


async def test_who_gave_up_before_the_turn_came_gets_nothing_written(tmp_path: Path) -> None:
    """A caller that was told "not recorded" is not surprised later; the thread lives on."""
    store = await ThreadedStore.open(tmp_path / "q.db")
    stuck = Stuck(store)
    await stuck.begun()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await store.write(lambda tx: settings.put(tx, "late", "1"))
    following = asyncio.ensure_future(store.write(lambda tx: settings.put(tx, "next", "1")))
    await stuck.go()
    await following
    assert await store.read(lambda tx: settings.get(tx, "late")) is None
    assert await store.read(lambda tx: settings.get(tx, "next")) == "1"
    await store.close()


async def test_who_gives_up_during_the_turn_does_not_disturb_anybody(tmp_path: Path) -> None:
    """A commit that nobody waits for any more is still a commit."""
    store = await ThreadedStore.open(tmp_path / "q.db")
    inside, go = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        settings.put(tx, "a", "1")
        inside.set()
        assert go.wait(10)

    task = asyncio.ensure_future(store.write(slow))
    await asyncio.to_thread(inside.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go.set()
    assert await store.write(lambda tx: settings.get(tx, "a")) == "1"
    await store.close()


async def test_those_who_wait_share_one_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty-four writes behind a slow one cost one fsync, not sixty-four."""
    sizes: list[int] = []

    def counted(database: object, works: Sequence[Work]) -> list[Outcome]:
        sizes.append(len(works))
        return commit_together(database, works)  # type: ignore[arg-type]

    monkeypatch.setattr(executors, "commit_together", counted)
    store = await ThreadedStore.open(tmp_path / "q.db")
    stuck = Stuck(store)
    await stuck.begun()
    writes = [asyncio.ensure_future(store.write(lambda tx: settings.put(tx, "a", "1"))) for _ in range(64)]
    await asyncio.sleep(0)
    assert store.waiting == 64
    await stuck.go()
    await asyncio.gather(*writes)
    assert sizes == [1, 64]
    assert store.alive
    await store.close()
    assert not store.alive


async def test_reads_go_on_while_a_write_is_stuck(tmp_path: Path) -> None:
    """A slow writer holds up no reader."""
    store = await ThreadedStore.open(tmp_path / "q.db")
    stuck = Stuck(store)
    await stuck.begun()
    assert await store.read(lambda tx: settings.get(tx, "a")) is None
    await stuck.go()
    await store.close()


def test_a_loop_that_is_gone_is_not_missed(tmp_path: Path) -> None:
    """The thread outlives the loop of a caller that went away, and serves the next one."""
    holding: list[ThreadedStore] = []
    inside, go = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        inside.set()
        assert go.wait(10)

    async def first() -> None:
        holding.append(await ThreadedStore.open(tmp_path / "q.db"))
        task = asyncio.ensure_future(holding[0].write(slow))
        await asyncio.to_thread(inside.wait, 10)
        task.cancel()

    async def second() -> None:
        go.set()
        assert await holding[0].write(lambda tx: settings.keep(tx, "a", "1")) == "1"
        await holding[0].close()

    asyncio.run(first())
    asyncio.run(second())


@pytest.mark.parametrize(("point", "kept"), [(BEFORE_COMMIT, None), (AFTER_COMMIT, "1")])
async def test_a_simulated_crash_strikes_around_the_commit(point: str, kept: str | None) -> None:
    """Before it nothing is left, after it everything is, though the caller never learns of it."""

    def probe(at: str) -> None:
        if at == point:
            raise Crash

    life = InlineStore(Remembered(), probe=probe)
    with pytest.raises(Crash):
        await life.write(lambda tx: settings.put(tx, "a", "1"))
    next_life = life.reborn()
    assert await next_life.read(lambda tx: settings.get(tx, "a")) == kept
    with pytest.raises(StoreError):
        await life.read(lambda tx: settings.get(tx, "a"))
    await next_life.close()
