"""Leases and locks: mutual exclusion by operations, and what people or policy forbid."""

from dataclasses import dataclass

from bot.domain.terms import Millis, Target


@dataclass(frozen=True, kw_only=True)
class Lease:
    """An operation's hold on a target: one at a time, its epoch strictly rising, never released by time."""

    target: Target
    operation: int
    epoch: int
    taken_at: Millis
    released_at: Millis = 0


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A revision that is, or was, live in a target; `operation` is ours or 0 for one that somebody else made (observed)."""

    target: Target
    revision: str
    since: Millis
    operation: int = 0
    verified: bool = False
    until: Millis = 0
    by: str = ""

    @property
    def observed(self) -> bool:
        """True where it did not come from here."""
        return self.operation == 0
