"""Facts in the past tense: what happened, to what, by whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.terms import Millis


@dataclass(frozen=True, kw_only=True)
class Event:
    """Append-only; `kind` reads like `operation.running`, `actor` is `team/user` or `quarterdeck`."""

    kind: str
    subject: str
    at: Millis
    actor: str = "quarterdeck"
    body: Mapping[str, str] = field(default_factory=dict)
