"""Examines the token, the clocks, and each target's workflow file, with the lines that it lacks."""

from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from pydantic import BaseModel

from bot.domain.terms import MINUTE, SECOND, Millis, Target
from bot.errors import IntegrationError, Kind
from bot.ports import Finding, Severity
from integrations.github.client import GitHub, Reply, number
from integrations.github.deployer import target_of
from integrations.github.workflows import lacking, recipe_of

SKEW: Millis = MINUTE
FEW = 500  # requests left in this hour


@dataclass(frozen=True, kw_only=True)
class GitHubDoctor:
    """The Doctor port."""

    name: str
    github: GitHub

    async def examine(self) -> tuple[Finding, ...]:
        """Whether GitHub is reached and takes the token, how much may still be asked, and whose clock is wrong; never raises."""
        subject = f"{self.name}: {self.github.base}"
        try:
            reply = await self.github.get("/rate_limit", what="the token")
        except IntegrationError as error:
            if error.kind is Kind.NOT_FOUND:  # an Enterprise Server that does not limit anybody
                return (_finding(Severity.FINE, subject, "the token is good"), self._left(None))
            return (_finding(Severity.PROBLEM, subject, str(error), error.hint or "Check `token` and `base_url`."),)
        return (_finding(Severity.FINE, subject, "the token is good"), self._left(reply), *self._clock(reply))

    async def examine_target(self, target: Target, repository: str, how: BaseModel) -> tuple[Finding, ...]:
        """Whether its workflow is there and takes what it is given, and what it lacks; never raises."""
        subject = f"{self.name}: {target}"
        try:
            settings = target_of(how)
            recipe = await recipe_of(self.github, repository, settings)
        except IntegrationError as error:
            fix = error.hint or "Check the service's `repository` and `deploy`."
            return (_finding(Severity.PROBLEM, subject, str(error), fix),)
        where = f"{settings.workflow} on {recipe.ref}"
        lines = lacking(recipe, settings)
        if not lines:
            return (_finding(Severity.FINE, subject, f"{where} takes a revision, the key and the token"),)
        needed = recipe.dispatchable and settings.revision_input in recipe.inputs
        severity = Severity.WARNING if needed else Severity.PROBLEM
        fix = "Add these lines:\n" + "\n".join(lines)
        return (_finding(severity, subject, f"{where} lacks some of what Quarterdeck gives it", fix),)

    def _left(self, reply: Reply | None) -> Finding:
        subject = f"{self.name}: limit"
        resources = reply.content.get("resources") if reply and isinstance(reply.content, dict) else None
        core = resources.get("core") if isinstance(resources, dict) else None
        if not isinstance(core, dict):
            return _finding(Severity.FINE, subject, "this GitHub does not limit how often it is asked")
        left, limit = number(core.get("remaining")), number(core.get("limit"))
        sentence = f"{left} of {limit} requests are left in this hour"
        if left >= min(FEW, limit):
            return _finding(Severity.FINE, subject, sentence)
        return _finding(
            Severity.WARNING, subject, sentence, "Does something else use this token? Give it one of its own."
        )

    def _clock(self, reply: Reply) -> tuple[Finding, ...]:
        """Nothing where the clocks agree, or GitHub did not say what time it is."""
        try:
            theirs = int(parsedate_to_datetime(reply.headers.get("date", "")).timestamp()) * SECOND
        except (ValueError, OverflowError):
            return ()
        off = self.github.clock.now() - theirs
        if abs(off) < SKEW:
            return ()
        sentence = f"this machine's clock is {abs(off) // SECOND} s {'fast' if off > 0 else 'slow'}"
        return (_finding(Severity.WARNING, f"{self.name}: clock", sentence, "Let it be set by the network (NTP)."),)


def _finding(severity: Severity, subject: str, sentence: str, fix: str = "") -> Finding:
    return Finding(severity=severity, subject=subject, sentence=sentence, fix=fix)
