"""What runs do before they touch anything: they ask the bot whether they may, again where nobody answers, and obey."""

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain.claims import Answer, Claim
from bot.domain.operations import AttemptKey
from bot.domain.terms import MINUTE, SECOND, Millis
from bot.ports import Order, RunState

if TYPE_CHECKING:
    from tests.simulation.providers import SimProvider, SimRun
    from tests.simulation.world import World

AGAIN: Millis = 5 * SECOND  # after no answer, or one that was lost
PATIENCE: Millis = 10 * MINUTE  # then the run gives up: without a bot nothing is touched
LATE: dict[str, Millis] = {
    "queued": 4 * MINUTE,
    "tired": 33 * MINUTE,
    "overtaken": MINUTE,
}  # how long a run waits before it asks
AGAIN_AFTER: dict[str, tuple[Millis, ...]] = {
    "rerun": (SECOND, 10 * SECOND, 90 * SECOND),
    "twins": (4 * SECOND,),
    "overtaken": (SECOND,),
}
RUN = ("queued", "rerun", "stranger")
ASK = ("unsent", "lost", "twice")


@dataclass(kw_only=True)
class Asking:
    """One run with the question that it asks until it is answered."""

    provider: "SimProvider"
    run: "SimRun"
    claim: Claim
    since: Millis = 0
    over: bool = False


@dataclass(kw_only=True)
class Pipelines:
    """The first step of every run of every provider; it outlives the bot."""

    world: "World"
    rng: random.Random
    asked: int = 0
    answers: dict[str, int] = field(default_factory=dict)

    def begins(self, provider: "SimProvider", run: "SimRun", order: Order) -> bool:
        """A run begins; False where its pipeline does not ask, and it goes on at once."""
        if order.claim is None or order.target.service not in self.world.house.asks:
            return False
        kind = self._drawn(f"{provider.name}.run", RUN)
        self._asks_later(provider, run, order, kind)
        if kind in AGAIN_AFTER:
            wait = self.rng.choice(AGAIN_AFTER[kind])
            self.world.time.later(wait, lambda: self._runs_again(provider, order))
        if kind == "stranger":
            self._strangers(order)
        return True

    def _asks_later(self, provider: "SimProvider", run: "SimRun", order: Order, kind: str = "") -> None:
        assert order.claim is not None, "it has a way to ask"
        wait = LATE.get(kind, 0) + self.rng.randrange(100, 3 * SECOND)
        claim = Claim(key=order.key, run=run.id, token=order.claim.token)
        asking = Asking(provider=provider, run=run, claim=claim, since=self.world.time.now + wait)
        self.world.time.later(wait, lambda: self._ask(asking))

    def _runs_again(self, provider: "SimProvider", order: Order) -> None:
        """Somebody starts the run a second time at the provider, or something on the way doubled it."""
        twin = provider.twin(order)
        self._asks_later(provider, twin, order)

    def _strangers(self, order: Order) -> None:
        """Others ask as well: with a token that does not fit, and about what does not exist."""
        assert order.claim is not None, "it has a way to ask"
        forged = Claim(key=order.key, run="stranger", token="qd1_" + "0" * 64)
        elsewhere = AttemptKey(operation=order.key.operation + 1000, step=1, n=1)
        for each in (forged, Claim(key=elsewhere, run="stranger", token=order.claim.token)):
            self.world.time.later(self.rng.randrange(3 * SECOND), lambda claim=each: self._stranger(claim))

    def _stranger(self, claim: Claim) -> None:
        if self.world.bot.listening:
            self.world.bot.door.ask(claim, lambda answer: self._said(claim, answer))

    # ---- one question --------------------------------------------------------------------------------------------------

    def _ask(self, asking: Asking) -> None:
        run, now = asking.run, self.world.time.now
        if asking.over or run.state is not RunState.RUNNING:
            return
        if now - asking.since > PATIENCE:
            self._gives_up(asking, "nobody answers")
            return
        self.world.time.later(AGAIN, lambda: self._ask(asking))
        kind = self._drawn(f"{asking.provider.name}.claim", ASK)
        if kind == "unsent" or not self.world.bot.listening:
            return
        self.asked += 1
        self.world.trace(f"{asking.provider.name}: {run.id} asks for {asking.claim.key}")
        for _ in range(2 if kind == "twice" else 1):
            self.world.bot.door.ask(asking.claim, lambda answer: self._hears(asking, answer, lost=kind == "lost"))

    def _hears(self, asking: Asking, answer: Answer | None, *, lost: bool) -> None:
        self._said(asking.claim, answer)
        if answer is None or lost:  # not now: it asks again
            return
        back = self.rng.randrange(5, 200)
        self.world.time.later(back, lambda: self._obeys(asking, answer))

    def _obeys(self, asking: Asking, answer: Answer) -> None:
        if asking.over or asking.run.state is not RunState.RUNNING:
            return
        if not answer.may_go_on:
            self._gives_up(asking, answer)
            return
        asking.over = True
        asking.provider.acts(asking.run)

    def _gives_up(self, asking: Asking, why: str) -> None:
        asking.over = True
        self.world.trace(f"{asking.provider.name}: {asking.run.id} does nothing: {why}")
        asking.provider.gives_up(asking.run)

    def _said(self, claim: Claim, answer: Answer | None) -> None:
        self.answers[answer or "not now"] = self.answers.get(answer or "not now", 0) + 1
        self.world.trace(f"claim: {claim.run} hears of {claim.key}: {answer or 'not now'}")
        self.world.judge.bench.answered(claim, answer)

    def _drawn(self, name: str, kinds: tuple[str, ...]) -> str:
        waiting = self.world.faults.scripted.get(name)
        if waiting:
            return waiting.pop(0)
        point, plan = self.rng.random(), self.world.faults.plan
        for kind in kinds:
            point -= getattr(plan, f"claim_{kind}")
            if point < 0:
                self.world.count(f"claim: {kind}")
                return kind
        return "fine"
