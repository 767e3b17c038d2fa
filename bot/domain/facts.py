"""Facts: everything that a decision needs, gathered beforehand; what could not be read is an Unknown in its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.changes import ChangeSet, Resolution
from bot.domain.claims import ClaimRule
from bot.domain.freezes import Frozen
from bot.domain.kinship import Authors
from bot.domain.locks import Lock, Quarantine
from bot.domain.people import Person
from bot.domain.quorums import ApprovalRule
from bot.domain.roles import Role
from bot.domain.terms import Action, Millis, Target, Unknown


class ChecksRule(StrEnum):
    """What an environment asks of the provider's checks."""

    REQUIRED = "required"
    NONE = "none"
    NAMED = "named"


@dataclass(frozen=True, kw_only=True)
class TargetPolicy:
    """The resolved rules of one target; its canonical form is hashed into every plan."""

    production: bool
    confirm: bool
    after: str = ""
    checks: ChecksRule = ChecksRule.NONE
    named_checks: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    claim: ClaimRule = ClaimRule.PREFERRED
    approvals: ApprovalRule | None = None  # None: nobody else has to agree


class CheckState(StrEnum):
    """What the provider says of a revision's checks."""

    GREEN = "green"
    RED = "red"
    RUNNING = "running"
    ABSENT = "absent"
    UNKNOWN = "unknown"  # a word that we do not know, or not everything could be looked at


@dataclass(frozen=True, kw_only=True)
class CheckReport:
    """All checks of a revision: names by state; `overall` is the worst of them."""

    overall: CheckState
    by_name: Mapping[str, CheckState] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Holder:
    """The unfinished operation that holds a target."""

    operation: int
    action: Action
    state: str
    who: str  # mention
    since: Millis
    takeable: bool


@dataclass(frozen=True, kw_only=True)
class Live:
    """What a target serves: `said_by` is who told us ("web itself", "our record"), empty revision means nothing yet."""

    revision: str
    said_by: str
    at: Millis
    since: Millis = 0


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything a decision needs, gathered beforehand; a read that failed is an Unknown in its place."""

    now: Millis
    action: Action
    target: Target
    policy: TargetPolicy | None  # None: there is no such target
    person: Person | Unknown
    home_team: str
    shared_channel: bool | Unknown
    resolution: Resolution | Unknown | None  # None: nothing to resolve (no last good revision)
    planned_revision: str = ""  # what the plan shows; empty while planning
    live: Live | Unknown | None = None
    changes: ChangeSet | Unknown | None = None
    checks: CheckReport | Unknown | None = None  # None: no integration with checks
    verified_before: bool | Unknown = True  # the revision was verified in the environment before
    frozen: tuple[Frozen, ...] = ()  # the freezes that hold the target now
    holder: Holder | None = None
    hold: str = ""  # why the target is held since the database was restored; empty: it is not
    owner_operation: int = 0  # the operation that asks (it may hold its own target)
    unsettled: bool = False  # the last operation here failed half way: what is live may not be whole
    locks: tuple[Lock, ...] = ()  # that cover the target now
    quarantines: tuple[Quarantine, ...] = ()  # revisions that may not come back here
    automatic: bool = False  # verification asks for it, not a person
    unclaimed: int = 0  # the operation that succeeded here last, where no run has claimed it nor any since
    authors: Authors | Unknown | None = None  # who wrote what arrives; None: nobody asks, or nothing is live yet
    hurried_until: Millis = 0  # when this person may ask for this target again; 0: now
    place: frozenset[str] = frozenset()  # the channel that it was asked in, by id and by name
    known_services: tuple[str, ...] = ()
    helpers: tuple[str, ...] = ()  # who may do this: for the sentence of a refusal
