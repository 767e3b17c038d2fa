"""A breaker for each connection: what does not answer is left alone for a while, then asked by one call before the others."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from bot.domain.operations import Effect
from bot.domain.terms import MINUTE, SECOND, Millis
from bot.errors import IntegrationError, Kind
from bot.ports import Clock
from integrations._http import Answer, Call

IN_A_ROW = 5
OF_SO_MANY = 10
WINDOW: Millis = 30 * SECOND
PAUSE: Millis = 15 * SECOND
LONGEST_PAUSE: Millis = 5 * MINUTE
_LOST = frozenset({Kind.UNAVAILABLE, Kind.AMBIGUOUS})


class Sends(Protocol):
    """What sends calls: the door itself, or a breaker before it."""

    async def send(self, call: Call, *, deadline: Millis) -> Answer:
        """One call, whatever its answer is. Raises IntegrationError."""


@dataclass(kw_only=True)
class Circuit:
    """What became of the latest calls in one direction; open after five failures in a row, or half of ten or more in 30 s."""

    latest: deque[tuple[Millis, bool]] = field(default_factory=lambda: deque(maxlen=200))
    in_a_row: int = 0
    open_until: Millis = 0
    pause: Millis = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def is_closed(self) -> bool:
        """Whether calls just go through."""
        return self.open_until == 0

    def refuse_while_open(self, now: Millis) -> None:
        """Raise where nobody is asked yet: nothing was sent, so nothing happened."""
        if self.is_closed() or now >= self.open_until:
            return
        wait = self.open_until - now
        why = f"it did not answer {self.in_a_row} times in a row, and is asked again in {-(-wait // SECOND)} s"
        if self.in_a_row < IN_A_ROW:
            why = f"it did not answer half of the time, and is asked again in {-(-wait // SECOND)} s"
        raise IntegrationError(why, kind=Kind.UNAVAILABLE, effect=Effect.NONE, retry_after=wait)

    def answered(self, now: Millis) -> None:
        """It did: what was open is closed."""
        self.in_a_row = 0
        if not self.is_closed():
            self.latest.clear()
        self.open_until = self.pause = 0
        self.latest.append((now, True))

    def failed(self, now: Millis) -> None:
        """It did not: open where that was once too often, and for twice as long where it was open before."""
        self.in_a_row += 1
        self.latest.append((now, False))
        lately = [good for at, good in self.latest if now - at <= WINDOW]
        half = len(lately) >= OF_SO_MANY and 2 * lately.count(False) >= len(lately)
        if self.in_a_row >= IN_A_ROW or half or not self.is_closed():
            self.pause = min(2 * self.pause or PAUSE, LONGEST_PAUSE)
            self.open_until = now + self.pause


class Breaker:
    """The door of one connection, with a circuit for what reads and one for what changes: trouble with one says little of the other."""

    def __init__(self, http: Sends, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._circuits = {False: Circuit(), True: Circuit()}

    async def send(self, call: Call, *, deadline: Millis) -> Answer:
        """As `Http.send`; while the circuit is open nothing is sent, which is UNAVAILABLE with effect NONE, and when to ask again."""
        circuit = self._circuits[call.changes]
        if circuit.is_closed():
            return await self._counted(circuit, call, deadline=deadline)
        circuit.refuse_while_open(self._clock.now())
        async with circuit.turn:
            # Whoever waited here knows by now what became of the first.
            circuit.refuse_while_open(self._clock.now())
            if not circuit.is_closed():
                return await self._counted(circuit, call, deadline=deadline)
        return await self._counted(circuit, call, deadline=deadline)

    async def _counted(self, circuit: Circuit, call: Call, *, deadline: Millis) -> Answer:
        try:
            answer = await self._http.send(call, deadline=deadline)
        except IntegrationError as error:
            if error.kind in _LOST:
                circuit.failed(self._clock.now())
            raise
        if answer.status >= 500:
            circuit.failed(self._clock.now())
        else:
            circuit.answered(self._clock.now())
        return answer

    def __repr__(self) -> str:
        return "Breaker()"
