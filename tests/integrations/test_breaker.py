"""The breaker: opens when nobody answers, says so without asking, lets one call try, and tells reads from changes."""

import asyncio

import pytest

from bot.domain.operations import Effect
from bot.domain.terms import MINUTE, SECOND, Millis
from bot.errors import IntegrationError, Kind
from integrations._breaker import LONGEST_PAUSE, PAUSE, Breaker
from integrations._http import LONGEST, Answer, Call
from tests.fakes.clock import FakeClock

READ, CHANGE = Call(url="https://x/"), Call(url="https://x/", method="POST", changes=True)


class Line:
    """Answers as it is told: a status, or the kind of an error; `held` keeps every call until it is set."""

    def __init__(self) -> None:
        self.says: int | Kind = 200
        self.calls = 0
        self.held = asyncio.Event()
        self.held.set()

    async def send(self, call: Call, *, deadline: Millis, longest: int = LONGEST) -> Answer:
        self.calls += 1
        await self.held.wait()
        if isinstance(self.says, Kind):
            raise IntegrationError("no answer", kind=self.says, effect=Effect.NONE)
        return Answer(status=self.says, body="")


class Rig:
    """A breaker over a line, with time that a test moves."""

    def __init__(self) -> None:
        self.line, self.clock = Line(), FakeClock()
        self.breaker = Breaker(self.line, self.clock)

    async def call(self, says: int | Kind, call: Call = READ) -> str:
        """What became of a call: its status, or the words of its error."""
        self.line.says = says
        try:
            return str((await self.breaker.send(call, deadline=SECOND)).status)
        except IntegrationError as error:
            assert error.effect is Effect.NONE
            return str(error)

    def later(self, millis: Millis) -> None:
        self.clock.move_to(self.clock.now() + millis)


@pytest.fixture
def rig() -> Rig:
    return Rig()


@pytest.mark.parametrize("says", [Kind.UNAVAILABLE, Kind.AMBIGUOUS, 500, 503])
async def test_five_in_a_row(rig: Rig, says: int | Kind) -> None:
    """Then nobody is asked for a while, and whoever asks hears why and for how long."""
    for _ in range(5):
        await rig.call(says)
    assert await rig.call(200) == "it did not answer 5 times in a row, and is asked again in 15 s"
    assert rig.line.calls == 5
    rig.later(PAUSE - 1)
    assert "again in 1 s" in await rig.call(200)
    rig.later(1)
    assert await rig.call(200) == await rig.call(200) == "200"


@pytest.mark.parametrize("says", [404, 422, 429, Kind.INVALID, Kind.AUTH])
async def test_a_refusal_is_an_answer(rig: Rig, says: int | Kind) -> None:
    """Whoever says no is there."""
    for _ in range(20):
        await rig.call(says)
    assert rig.line.calls == 20


async def test_half_of_many(rig: Rig) -> None:
    """Ten or more in half a minute; what is longer ago does not count."""
    for _ in range(4):
        await rig.call(200)
        await rig.call(503)
    rig.later(31 * SECOND)
    for _ in range(4):
        await rig.call(200)
        await rig.call(503)
    await rig.call(200)
    await rig.call(503)
    assert await rig.call(200) == "it did not answer half of the time, and is asked again in 15 s"


async def test_one_tries_first(rig: Rig) -> None:
    """After the pause the others wait for the one that asks: where it hears nothing they are refused unsent, else they go on."""
    for _ in range(5):
        await rig.call(503)
    rig.later(PAUSE)
    rig.line.held.clear()
    rig.line.says = 503
    calls = [asyncio.ensure_future(rig.call(503)) for _ in range(4)]
    await asyncio.sleep(0)
    assert rig.line.calls == 6
    rig.line.held.set()
    assert (
        sorted(await asyncio.gather(*calls))
        == ["503"] + ["it did not answer 6 times in a row, and is asked again in 30 s"] * 3
    )
    rig.later(2 * PAUSE)
    assert await asyncio.gather(*(rig.call(200) for _ in range(4))) == ["200"] * 4
    assert rig.line.calls == 10


async def test_ever_longer_pauses(rig: Rig) -> None:
    """Twice as long each time, up to five minutes; an answer makes it short again."""
    for _ in range(5):
        await rig.call(503)
    for _ in range(10):
        rig.later(LONGEST_PAUSE)
        await rig.call(503)
    assert "again in 300 s" in await rig.call(200)
    rig.later(LONGEST_PAUSE)
    assert await rig.call(200) == "200"
    for _ in range(5):
        await rig.call(503)
    assert "again in 15 s" in await rig.call(200)


async def test_a_call_that_was_given_up(rig: Rig) -> None:
    """The one that tries first may be cancelled; then the next one tries."""
    for _ in range(5):
        await rig.call(503)
    rig.later(PAUSE)
    rig.line.held.clear()
    first = asyncio.ensure_future(rig.breaker.send(READ, deadline=SECOND))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    rig.line.held.set()
    assert await rig.call(200) == "200"


async def test_reads_and_changes_are_apart(rig: Rig) -> None:
    """A status that cannot be read does not hold a deployment, nor the other way round."""
    for _ in range(5):
        await rig.call(503)
    assert await rig.call(200, CHANGE) == "200"
    for _ in range(5):
        await rig.call(Kind.AMBIGUOUS, CHANGE)
    rig.later(MINUTE)
    assert await rig.call(200) == "200"
    assert repr(rig.breaker) == "Breaker()"
