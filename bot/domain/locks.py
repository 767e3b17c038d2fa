"""Locks: what a person, a policy or an incident forbids, many may overlap; and the revisions that may not come back."""

from dataclasses import dataclass

from bot.domain.terms import Millis, Target


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


POLICY = "policy"
"""The kind of a lock that nobody but the rules made."""


@dataclass(frozen=True, kw_only=True)
class Quarantine:
    """A revision that failed its verification in a target: it is not deployed there again until somebody lifts this.

    `operation` is the one that failed, `reason` what was seen.
    """

    target: Target
    revision: str
    operation: int
    reason: str
    at: Millis
    lifted_at: Millis = 0
    lifted_by: str = ""
    because: str = ""
    id: int = 0
