"""What an asking command may ask: the engine answers in words of the domain, the command chooses the view."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.commanding.vocabulary import Vocabulary
from bot.domain.changes import ChangeSet
from bot.domain.digests import Edition, Told
from bot.domain.help import Whoami
from bot.domain.lags import Lag
from bot.domain.leases import Deployment
from bot.domain.messages import Message
from bot.domain.metrics import Course
from bot.domain.operations import Operation
from bot.domain.plans import Offer, Plan
from bot.domain.requests import Invocation, Request
from bot.domain.status import Desk as Mine
from bot.domain.status import Status
from bot.domain.terms import Millis, Permission, Target, Unknown
from bot.domain.verdicts import Verdict
from bot.domain.whereabouts import Whereabouts
from bot.ports import Finding


@dataclass(frozen=True, kw_only=True)
class Board:
    """What is where; `names` are display names by user id, `offers` what this person may do about the one target asked for."""

    status: Status
    names: Mapping[str, str] = field(default_factory=dict)
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Past:
    """The history of one target, newest first; `live` is what it serves now, `more` how many entries are older."""

    target: Target
    entries: tuple[Operation | Deployment, ...]
    live: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    more: int = 0


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What a deploy to the target would change: the set, or why it could not be read (None: there is nothing to compare).

    Where it lies between two revisions, the target's environment is what was typed; `tickets` is the address of a ticket.
    """

    target: Target
    changes: ChangeSet | Unknown | None
    tickets: str = ""


@dataclass(frozen=True, kw_only=True)
class Reasoning:
    """Every gate's answer for one target, and the revision it was asked about (empty: none was found)."""

    target: Target
    verdicts: tuple[Verdict, ...]
    revision: str = ""


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What this person may do here (`allowed`), by which rules (`whoami`), and who can change that.

    `example` is a target that they could name here, `where` completes "Not yours …" ("in production of web"; empty: anywhere).
    """

    whoami: Whoami
    allowed: frozenset[Permission]
    example: Target | None = None
    helpers: tuple[str, ...] = ()
    where: str = ""


class Desk(Protocol):
    """The engine's asking API: reads only, every outside read with a deadline; nothing here raises for what is out of reach."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of this installation."""

    async def status(
        self, invocation: Invocation, *, services: tuple[str, ...], environment: str, everything: bool
    ) -> Board:
        """Those services; without any: the asker's or this channel's. An environment limits what is looked at, empty means all."""

    async def history(self, target: Target) -> Past:
        """What was live there and what was tried."""

    async def changes(self, target: Target, ref: str) -> Difference:
        """From what is live to `ref` (empty: what a deploy without one would take)."""

    async def between(self, service: str, base: str, head: str) -> Difference:
        """From one environment or ref to another (empty: the default branch)."""

    async def where(self, invocation: Invocation, ref: str, services: tuple[str, ...]) -> tuple[Whereabouts, ...]:
        """Where a pull request (`#12`) or commit is live, for those services that have it; without any: this channel's, or all."""

    async def why(self, request: Request, invocation: Invocation) -> tuple[Reasoning, ...]:
        """Ask every gate, for each target of the request, as if it had been asked; nothing is kept."""

    async def open_plans(self, invocation: Invocation) -> tuple[tuple[Plan, tuple[Offer, ...]], ...]:
        """The asker's plans that can still be confirmed, with their offers, newest first."""

    async def plan_again(self, invocation: Invocation) -> Message | None:
        """The asker's last plan anew, never carried out without a click; None where there is none."""

    async def mine(self, invocation: Invocation) -> tuple[Mine, Mapping[str, str]]:
        """What waits for the asker, their plans, what runs, and their five last targets; with display names by user id."""

    async def rights(self, invocation: Invocation) -> Rights:
        """How Quarterdeck sees the asker."""

    async def courses(
        self, invocation: Invocation, services: tuple[str, ...], targets: tuple[Target, ...], weeks: int
    ) -> tuple[Course, ...]:
        """Delivery over that many weeks of those targets; without any: production of the services, this channel's, or all."""

    async def lags(self, invocation: Invocation, services: tuple[str, ...]) -> tuple[Lag, ...]:
        """What is merged and not live, of those services; without any: this channel's, or all."""

    def day(self, words: str) -> Millis | None:
        """When the last day of that name began (`friday`, `yesterday`, `3 days`, a date); None for what is no day."""

    async def arrived(self, services: tuple[str, ...], since: Millis) -> tuple[Difference, ...]:
        """What came into production since then: from what was live at that time to what is recorded as live now."""

    async def digest(self, invocation: Invocation) -> Edition:
        """What there is to tell now of this channel's services, or of all."""

    async def next_digest(self, invocation: Invocation) -> tuple[Edition, Millis] | None:
        """What the next digest here would say, and when it comes; None where none does."""

    async def edition(self, number: int) -> Edition | None:
        """A digest as it was told."""

    async def subscribe(
        self, invocation: Invocation, *, time: str = "", days: str = "", mine: bool = False
    ) -> tuple[Told, Millis]:
        """A digest for this channel, or (`mine`, or in a direct message) for the asker; and when it comes next.

        Raises UserError for a time that is none.
        """

    async def unsubscribe(self, invocation: Invocation, *, key: str = "", mine: bool = False) -> tuple[Told, Millis]:
        """Stop those that come here, or the asker's own."""

    async def findings(self, invocation: Invocation) -> tuple[Finding, ...]:
        """The doctor's report."""

    async def can(self, invocation: Invocation, person: str, permission: Permission, target: Target) -> Message:
        """Whether somebody (as typed; empty: the asker) may do that there, and every rule that has a say."""

    async def approvals(self, invocation: Invocation) -> Message:
        """What waits for the asker's approval, with buttons of their own, and what they wait for themselves."""
