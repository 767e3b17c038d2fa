"""Where a change is live: per environment, since when, and what took it back."""

from dataclasses import dataclass

from bot.domain.terms import Millis, Target, Unknown


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """One environment: `serves` is the revision there (empty: none); `earlier` says that our record does not reach back to `since`.

    `taken_back` names the revert that is live there too: `#420`, or a short hash.
    """

    target: Target
    serves: str = ""
    live: bool = False
    since: Millis = 0
    earlier: bool = False
    taken_back: str = ""
    problem: Unknown | None = None


@dataclass(frozen=True, kw_only=True)
class Whereabouts:
    """A change in one service: the commit with which it came (`merged`: the default branch has it), and every environment."""

    service: str
    ref: str
    revision: str = ""
    title: str = ""
    merged: bool = True
    sightings: tuple[Sighting, ...] = ()
    problem: Unknown | None = None
