"""What every part of a configuration has in common: frozen, strict, closed, and with a help text for each setting."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """The base of all settings; integrations use it for their SETTINGS and TARGET. Unknown keys are refused."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True, kw_only=True)
class IntegrationModels:
    """What one file in integrations/ exports.

    `settings` is its SETTINGS (None: it has none), `target` its TARGET (None: it cannot deploy).
    """

    settings: type[BaseModel] | None = None
    target: type[BaseModel] | None = None
