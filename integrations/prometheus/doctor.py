"""Examines a connection: whether it answers, takes the token, can be asked for a number, and has the same time as we have."""

from dataclasses import dataclass

from pydantic import BaseModel

from bot.domain.terms import SECOND, Millis, Target
from bot.errors import IntegrationError, Kind
from bot.ports import Clock, Finding, Severity
from integrations.prometheus.asking import SKEW, Prometheus, Question, Silent, skew

DEADLINE: Millis = 5 * SECOND


@dataclass(frozen=True, kw_only=True)
class PrometheusDoctor:
    """The Doctor port; no target is deployed through it, so it has nothing to say of one."""

    name: str
    prometheus: Prometheus
    clock: Clock

    async def examine(self) -> tuple[Finding, ...]:
        """One number, the version, and the clock; never raises."""
        now = self.clock.now()
        try:
            await self.prometheus.number(
                Question(query="vector(1)", at=now, max_age=SECOND), now=now, deadline=DEADLINE
            )
        except Silent as silent:
            return (
                self._found(
                    Severity.PROBLEM,
                    f"a query's answer {silent}",
                    "Set both clocks, and look at what answers at `url`.",
                ),
            )
        except IntegrationError as error:
            return (
                self._found(
                    Severity.PROBLEM,
                    f"cannot be asked: {error}",
                    error.hint or "Look at `url`, and at what listens there.",
                ),
            )
        return (await self._version(now),)

    async def examine_target(self, target: Target, repository: str, how: BaseModel) -> tuple[Finding, ...]:
        """Nothing."""
        del target, repository, how
        return ()

    async def _version(self, now: Millis) -> Finding:
        """Relatives of Prometheus need not have one."""
        try:
            version, answer = await self.prometheus.version(deadline=DEADLINE)
        except IntegrationError as error:
            if error.kind is Kind.NOT_FOUND:
                return self._found(Severity.FINE, "answers queries, and does not say its version")
            return self._found(Severity.WARNING, f"answers queries, but not its version: {error}", error.hint)
        ahead = abs(skew(answer, now))
        if ahead > SKEW // 3:
            return self._found(
                Severity.WARNING, f"its clock and ours are {ahead // SECOND} s apart", "Set both by NTP."
            )
        return self._found(Severity.FINE, f"Prometheus {version or 'of an unknown version'} answers")

    def _found(self, severity: Severity, sentence: str, fix: str = "") -> Finding:
        return Finding(severity=severity, subject=self.name, sentence=sentence, fix=fix)
