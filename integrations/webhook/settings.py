"""What the configuration says: of the receiver, and of what is sent to it for a target."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from bot.config import AlertSecret, Duration, Section, Text, Url, Within, wrong

MOST_INPUTS = 20


class Event(StrEnum):
    """What a call is about."""

    DEPLOY = "deploy"
    STATUS = "status"
    CANCEL = "cancel"
    CURRENT = "current"


def _answers(found: tuple[Event, ...]) -> tuple[Event, ...]:
    if Event.DEPLOY in found or len(set(found)) != len(found):
        raise wrong("not a list of further events", "write each of status, cancel and current at most once")
    return found


def _inputs(found: dict[str, str]) -> dict[str, str]:
    if len(found) > MOST_INPUTS:
        raise wrong(f"more than {MOST_INPUTS} inputs", "send fewer, or let the receiver know the rest")
    return found


class WebhookSettings(Section):
    """The connection: one receiver, which is told what to deploy."""

    url: Url = Field(
        description="What is called with POST: http or https, also on a private network. It is not redirected anywhere. "
        "Over http a run's claim token crosses the network in clear."
    )
    secret: AlertSecret = Field(
        description="What every call is signed with (HMAC-SHA256); a list while it is being changed: each of them signs. "
        "`openssl rand -hex 24` makes one."
    )
    answers: Annotated[tuple[Event, ...], AfterValidator(_answers)] = Field(
        default=(),
        description="What the receiver understands besides `deploy`: status (how a run goes), cancel (stop it), current "
        "(which revision is served). Unless set: nothing, so a person says how a run ended.",
    )
    timeout: Annotated[Duration, Within("1s", "20s")] = Field(
        default=Duration.read("10s"), description="How long an answer may take. One that is later counts as lost."
    )
    authority: Path | None = Field(
        default=None,
        description="A file with the certificates that are trusted instead of the system's (PEM). A relative path starts "
        "at the configuration file.",
    )

    @field_validator("authority")
    @classmethod
    def _from_the_file(cls, authority: Path | None, info: ValidationInfo) -> Path | None:
        start = (info.context or {}).get("directory", Path.cwd())
        return Path(start, authority.expanduser()).absolute() if authority else None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret, in the order in which they are written."""
        found: Sequence[object] = self.secret if isinstance(self.secret, tuple) else (self.secret,)
        return tuple(each.get_secret_value() for each in found)  # type: ignore[attr-defined]  # SecretStr, all of them


class WebhookTarget(Section):
    """How one target is deployed: by a call, whose body says what."""

    inputs: Annotated[dict[str, Text], AfterValidator(_inputs)] = Field(
        default={},
        description="Words of your own, by name, that are sent along as they are. No secrets: plans show their hash.",
    )
    deadline: Annotated[Duration, Within("10s", "7d")] | None = Field(
        default=None,
        description="How long a run may take before a person is asked what became of it. Unless set: the bot's own limit.",
    )
