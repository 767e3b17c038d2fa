"""The one place that starts tasks."""

import asyncio

import structlog.testing

from bot.engine.supervisor import Supervisor
from tests.fakes.clock import FakeClock


async def test_one_of_a_name_at_a_time_and_no_wish_is_lost() -> None:
    """What is asked for while it runs, runs once more afterwards."""
    supervisor, runs, go = Supervisor(FakeClock()), [], asyncio.Event()

    async def work() -> None:
        runs.append(1)
        await go.wait()

    for _ in range(5):
        supervisor.start("a", work)
        await asyncio.sleep(0)
    assert (supervisor.busy, len(runs), supervisor.runs("a")) == (1, 1, True)
    go.set()
    await supervisor.idle()
    assert len(runs) == 2
    assert not supervisor.runs("a")


async def test_work_that_breaks_is_logged_and_breaks_nothing_else() -> None:
    """Its name can be started again."""
    supervisor, done = Supervisor(FakeClock()), []

    async def breaks() -> None:
        raise ZeroDivisionError

    async def works() -> None:
        done.append(1)

    with structlog.testing.capture_logs() as logs:
        supervisor.start("a", breaks)
        await supervisor.idle()
    supervisor.start("a", works)
    await supervisor.idle()
    assert done == [1]
    assert [each["event"] for each in logs] == ["work failed"]


async def test_work_for_later_is_started_when_its_time_has_come() -> None:
    """By the clock that was given; forgotten at the end, since every deadline is also a row."""
    clock, done = FakeClock(), []
    supervisor = Supervisor(clock)

    async def works() -> None:
        done.append(clock.now())

    supervisor.start_later("a", works, 5_000)
    supervisor.start_later("b", works, 50_000)
    await asyncio.sleep(0)
    clock.move_to(clock.now() + 5_000)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await supervisor.idle()
    assert len(done) == 1
    await supervisor.close(1_000)
    supervisor.start("c", works)
    supervisor.start_later("d", works, 0)
    await supervisor.idle()
    assert len(done) == 1


async def test_what_does_not_end_in_time_is_cancelled() -> None:
    """The rows carry on where it stopped."""
    supervisor, seen = Supervisor(FakeClock()), []

    async def hangs() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    supervisor.start("a", hangs)
    await asyncio.sleep(0)
    await supervisor.close(0)
    assert seen == ["cancelled"]
