"""Looks at a target through HTTP: one GET, its status, and whether its body says what it should."""

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, Field

from bot.config.section import Section
from bot.config.values import Duration, Text, Url, Within
from bot.domain.operations import Effect
from bot.domain.terms import Target
from bot.domain.verification import Reading, Signal
from bot.errors import IntegrationError, Kind
from bot.ports import Integration, Surroundings
from integrations._http import Answer, Http

NAME = "http"
Status = Annotated[int, Field(ge=100, le=599)]


class HttpProbe(Section):
    """One address that says whether the target is well."""

    url: Url = Field(
        description="The address to ask: http or https, without credentials. It is not redirected anywhere. "
        "Placeholders: {environment}, {service}, {revision}."
    )
    expect: Status = Field(default=200, description="The status that means well.")
    contains: Text | None = Field(default=None, description="What the first 64 KiB of the body have to contain.")
    timeout: Annotated[Duration, Within("100ms", "7s")] = Field(
        default=Duration.read("5s"), description="How long the whole answer may take; longer counts as a failure."
    )


SETTINGS = None
TARGET = None
PROBE = HttpProbe


@dataclass(frozen=True, kw_only=True)
class HttpHealth:
    """The Health port over HTTP."""

    http: Http = field(default_factory=Http, repr=False)

    async def probe(self, target: Target, revision: str, *, settings: BaseModel, how: BaseModel) -> Reading:
        """Pass or fail; a target that does not answer its health address is not well, so that is a failure too.

        Raises IntegrationError (INVALID) for settings of another integration, and where the address cannot even be asked: an unknown name
        or a certificate that is not trusted says nothing about the target.
        """
        del how
        probe = _probe_of(settings)
        try:
            answer = await self.http.get(_filled(probe.url, target, revision), deadline=int(probe.timeout))
        except IntegrationError as error:
            if error.kind is Kind.INVALID:
                raise
            return Reading(signal=Signal.FAIL, seen=str(error))
        return _judged(answer, probe)


def build(name: str, settings: BaseModel | None, surroundings: Surroundings) -> Integration:
    """The connection: probes, and nothing else."""
    del settings, surroundings
    return Integration(name=name, health=HttpHealth())


def _probe_of(settings: BaseModel) -> HttpProbe:
    if not isinstance(settings, HttpProbe):
        why = f"settings of another integration: {type(settings).__name__}"
        raise IntegrationError(why, kind=Kind.INVALID, effect=Effect.NONE)
    return settings


def _filled(url: str, target: Target, revision: str) -> str:
    """Names are of the configuration and a revision is hexadecimal: none of them can leave its place in the address."""
    words = {"environment": target.environment, "service": target.service, "revision": revision}
    for name, value in words.items():
        url = url.replace(f"{{{name}}}", value)
    return url


def _judged(answer: Answer, probe: HttpProbe) -> Reading:
    value = str(answer.status)
    if answer.status != probe.expect:
        seen = f"status {answer.status}, not {probe.expect}"
        return Reading(signal=Signal.FAIL, seen=seen, value=value)
    if probe.contains is None or probe.contains in answer.body:
        return Reading(signal=Signal.PASS, seen=f"status {answer.status}", value=value)
    if answer.cut:
        # What was looked for may stand in what was not read.
        return Reading(signal=Signal.INCONCLUSIVE, seen="the body is too long to be looked at whole", value=value)
    return Reading(
        signal=Signal.FAIL, seen=f"status {answer.status}, but not the text that it should have", value=value
    )
