"""What every part of a configuration has in common: frozen, strict, closed, and with a help text for each setting."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """The base of all settings; integrations use it for their SETTINGS and TARGET. Unknown keys are refused."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


@dataclass(frozen=True, kw_only=True)
class IntegrationModels:
    """What one file in integrations/ exports.

    `settings` is its SETTINGS (None: it has none), `target` its TARGET (None: it cannot deploy), `probe` its PROBE (None: it cannot
    say whether a target is well), `alerts` its ALERTS (None: no alerts come from it). One that only sends alerts does not `connect`:
    nothing under `integrations:` is of its kind.
    """

    settings: type[BaseModel] | None = None
    target: type[BaseModel] | None = None
    probe: type[BaseModel] | None = None
    alerts: type[BaseModel] | None = None
    connects: bool = True
