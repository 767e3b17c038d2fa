"""What is where right now: targets as they answer, services as people ask for them, and what waits for a person."""

from dataclasses import dataclass

from bot.domain.facts import Live
from bot.domain.leases import Deployment
from bot.domain.operations import Operation, State
from bot.domain.plans import Offer, Plan
from bot.domain.terms import Millis, Target, Unknown


@dataclass(frozen=True, kw_only=True)
class TargetStatus:
    """One target: what it answers (`live`), what our record says, what runs there, and what ended last.

    `ahead` counts the changes that it has and the service's last environment has not.
    """

    target: Target
    production: bool = False
    live: Live | Unknown | None = None  # None: nothing is live yet
    recorded: Deployment | None = None
    running: Operation | None = None
    last: Operation | None = None
    ahead: int = 0
    hold: str = ""  # why it is held since the database was restored; empty: it is not

    @property
    def revision(self) -> str:
        """What is served, or what our record says where the target cannot be asked; empty for nothing."""
        if isinstance(self.live, Live):
            return self.live.revision
        return self.recorded.revision if self.recorded else ""

    @property
    def since(self) -> Millis:
        """Since when, as far as known; 0 where it is not."""
        if self.recorded and self.recorded.revision == self.revision:
            return self.recorded.since
        return self.live.since if isinstance(self.live, Live) else 0

    @property
    def drifted(self) -> bool:
        """True where the target serves something else than our record says."""
        answered = isinstance(self.live, Live) and bool(self.live.revision)
        return answered and self.recorded is not None and self.recorded.revision != self.revision

    @property
    def failed(self) -> bool:
        """True where the newest operation ended badly and nothing has followed."""
        return self.running is None and self.last is not None and self.last.state is State.FAILED

    @property
    def exceptional(self) -> bool:
        """True where somebody should look."""
        return (
            bool(self.hold) or self.running is not None or self.drifted or self.failed or isinstance(self.live, Unknown)
        )


@dataclass(frozen=True, kw_only=True)
class ServiceStatus:
    """A service with its targets in the configured order (the last one is what the others lead to)."""

    service: str
    targets: tuple[TargetStatus, ...]

    @property
    def exceptional(self) -> bool:
        """True where somebody should look at one of its targets."""
        return any(target.exceptional for target in self.targets)

    @property
    def same(self) -> bool:
        """True where every environment serves the same revision."""
        revisions = {target.revision for target in self.targets}
        return len(self.targets) > 1 and len(revisions) == 1 and "" not in revisions


@dataclass(frozen=True, kw_only=True)
class Status:
    """What `status` answers: `scope` says about what ("your services"), `others` counts the services that are fine and not listed."""

    services: tuple[ServiceStatus, ...]
    scope: str = ""
    others: int = 0


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An operation that needs a person, with the buttons that this person may press."""

    operation: Operation
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What is on one person's desk: what waits for them, their open plans, what runs, and the targets they used last."""

    waiting: tuple[Waiting, ...] = ()
    plans: tuple[tuple[Plan, tuple[Offer, ...]], ...] = ()
    running: tuple[Operation, ...] = ()
    recent: tuple[TargetStatus, ...] = ()

    @property
    def empty(self) -> bool:
        """True where there is nothing to show."""
        return not (self.waiting or self.plans or self.running or self.recent)
