"""The audit: who did what to which, and why; append-only."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.terms import Millis


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the audit; `actor` is `team/user` or `quarterdeck`, `id` its place in the sequence."""

    at: Millis
    actor: str
    action: str
    subject: str
    reason: str = ""
    body: Mapping[str, str] = field(default_factory=dict)
    id: int = 0
