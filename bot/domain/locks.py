"""Locks: what a person, a policy or an incident forbids; many may overlap."""

from dataclasses import dataclass

from bot.domain.terms import Millis


@dataclass(frozen=True, kw_only=True)
class Lock:
    """Nothing may be started where it covers: an empty service or environment means every one. `expires_at` 0: until it is released."""

    kind: str  # who forbids: person, policy, incident
    owner: str
    reason: str
    at: Millis
    service: str = ""
    environment: str = ""
    expires_at: Millis = 0
    released_at: Millis = 0
    released_by: str = ""
    id: int = 0
