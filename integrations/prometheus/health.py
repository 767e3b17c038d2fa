"""The Health port over queries: asks for every number of a look at the same instant, and judges them together."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel

from bot.domain.operations import Effect
from bot.domain.terms import Millis, Target
from bot.domain.verification import Reading, Signal
from bot.errors import IntegrationError, Kind
from bot.ports import Clock
from integrations.prometheus.asking import Prometheus, Question, Silent
from integrations.prometheus.judging import judged
from integrations.prometheus.promql import filled
from integrations.prometheus.settings import PrometheusProbe


@dataclass(frozen=True, kw_only=True)
class PrometheusHealth:
    """Reads gates; nothing is kept between two looks."""

    prometheus: Prometheus
    clock: Clock

    async def probe(self, target: Target, revision: str, *, settings: BaseModel, how: BaseModel) -> Reading:
        """Pass, fail (decisively where chance does not explain it), or inconclusive where one of the numbers is none.

        Raises IntegrationError, effect NONE: INVALID for settings of another integration or a query that is refused, others where there is no
        answer.
        """
        del how
        if not isinstance(settings, PrometheusProbe):
            why = f"settings of another integration: {type(settings).__name__}"
            raise IntegrationError(why, kind=Kind.INVALID, effect=Effect.NONE)
        now = self.clock.now()
        words = {"environment": target.environment, "service": target.service, "revision": revision}
        questions = {
            name: Question(
                query=filled(query, words, window=settings.window_text), at=at, max_age=int(settings.max_age)
            )
            for name, query, at in _queries(settings, now)
        }
        try:
            numbers = await self.prometheus.numbers(questions, now=now, deadline=int(settings.timeout))
        except Silent as silent:
            return Reading(signal=Signal.INCONCLUSIVE, seen=str(silent))
        return judged(numbers, settings, now=now)


def _queries(probe: PrometheusProbe, now: Millis) -> Iterator[tuple[str, str, Millis]]:
    """Every query of a look: its name, itself, and the instant it is about."""
    own = (("query", probe.query), ("bad", probe.bad), ("of", probe.of), ("samples", probe.samples))
    yield from ((name, query, now) for name, query in (*own, ("newest", probe.newest)) if query)
    base = probe.baseline
    if base is None:
        return
    if base.before is not None:
        yield from ((f"baseline {name}", query, now - int(base.before)) for name, query in own if query)
        return
    control = (("query", base.query), ("bad", base.bad), ("of", base.of))
    yield from ((f"baseline {name}", query, now) for name, query in control if query)
