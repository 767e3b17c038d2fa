"""Protocols of the outside: what the engine needs, and what an integration may offer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel

from bot.domain.alerts import Alert
from bot.domain.changes import ChangeSet, Resolution
from bot.domain.facts import CheckReport, Live
from bot.domain.messages import Message, View
from bot.domain.operations import AttemptKey, Effect
from bot.domain.people import Person
from bot.domain.terms import Action, Millis, Target
from bot.domain.verification import Reading


class Clock(Protocol):
    """Time as an argument."""

    def now(self) -> Millis:
        """Milliseconds UTC."""

    async def sleep(self, millis: Millis) -> None:
        """Return after that long."""


class Random(Protocol):
    """Chance as an argument."""

    def token(self) -> str:
        """An unguessable, url-safe id of 128 bits or more."""

    def fraction(self) -> float:
        """At least 0, below 1; for jitter."""


class Runner(Protocol):
    """Wakes reconcile; a lost wake-up is repaired by the sweep, a double one by compare-and-set."""

    def wake(self, key: str, after: Millis = 0) -> None:
        """Look at `key` (`operation:12`, `outbox`, `inbox`) after that long."""


# ---- Slack ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A conversation as last read; `shared` means shared with another workspace, `member` that the bot is in it."""

    id: str
    name: str
    shared: bool
    archived: bool
    member: bool
    direct: bool = False


class Chat(Protocol):
    """Everything we ask of Slack. All methods raise bot.errors.ChatError."""

    async def post(self, channel: str, message: Message, *, thread: str = "", key: str = "") -> str:
        """Post and return its ts; `key` goes into the message's metadata, so that it can be found again."""

    async def update(self, channel: str, ts: str, message: Message) -> None:
        """Replace one of our messages."""

    async def ephemeral(self, channel: str, user: str, message: Message, *, thread: str = "") -> None:
        """Show a message to one person; not guaranteed, gone on reload."""

    async def respond(self, response_url: str, message: Message, *, replace: bool) -> None:
        """Answer privately through a response_url (at most 5 times in 30 minutes)."""

    async def find(self, channel: str, key: str, *, since: Millis, thread: str = "") -> str | None:
        """The ts of our message with this metadata key, or None."""

    async def permalink(self, channel: str, ts: str) -> str:
        """A link to a message."""

    async def open_view(self, trigger: str, view: View) -> str:
        """Open a modal and return its view id."""

    async def update_view(self, view_id: str, view: View) -> None:
        """Replace a modal's content."""

    async def publish_home(self, user: str, view: View) -> None:
        """Replace somebody's Home tab."""

    async def open_direct(self, user: str) -> str:
        """The channel id of the direct conversation with that person."""

    async def person(self, user: str) -> Person:
        """Who that is, without groups."""

    async def group_members(self, group: str) -> frozenset[str]:
        """User ids in a user group, by its id or handle."""

    async def channel(self, channel: str) -> Channel:
        """A conversation by id (or by name without `#`)."""


# ---- integrations --------------------------------------------------------------------------------------------------


class TriggerClass(StrEnum):
    """What may follow a lost answer; see docs/design.md."""

    A = "A"  # desired state or permanent key: resend the same
    B = "B"  # a key that expires
    C = "C"  # searchable
    D = "D"  # blind


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a run needs to ask whether it may go on: the attempt's token, and where to ask (`here` works on this machine only)."""

    token: str = field(repr=False)
    url: str = ""
    here: str = ""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a deployer is asked to carry out; `how` is the target's own validated settings (the integration's TARGET model)."""

    key: AttemptKey
    action: Action
    target: Target
    revision: str
    previous: str
    repository: str
    how: BaseModel
    sent_at: Millis
    deadline: Millis  # how long a run may take, in milliseconds
    claim: Claim | None = None  # None: runs have no way to ask


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What would run: `workflow` is a hash of the provider's own recipe, `steps` are its names where known."""

    workflow: str = ""
    steps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run on the provider's side, as a plain row."""

    reference: Mapping[str, str]
    url: str = ""


class RunState(StrEnum):
    """What the provider says of a run; a word that we do not know is UNKNOWN, never SUCCEEDED."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A run at one instant: `step` is (number, of, name), `detail` the last telling line (untrusted)."""

    state: RunState
    step: tuple[int, int, str] = (0, 0, "")
    detail: str = ""
    effect: Effect | None = None
    started_at: Millis = 0
    ended_at: Millis = 0


class Deployer(Protocol):
    """Carries out one attempt. All methods raise bot.errors.IntegrationError, with `effect=NONE` only where that is proven."""

    @property
    def trigger_class(self) -> TriggerClass:
        """Declared here, proven by the contract suite."""

    async def preview(self, order: Order) -> Preview:
        """What would run; changes nothing."""

    async def start(self, order: Order) -> Run:
        """Start the attempt named by `order.key`; with class A a second start with the same key returns the same run."""

    async def find(self, order: Order) -> tuple[Run, ...]:
        """Every run that carries this key."""

    async def observe(self, run: Run) -> Snapshot:
        """What is true of the run now."""

    async def cancel(self, run: Run) -> None:
        """Ask the run to stop; its end is observed, not assumed."""


class Versions(Protocol):
    """Says what a target serves."""

    async def current(self, target: Target, how: BaseModel) -> Live | None:
        """What the target itself answers, or None where nothing is live yet (or it cannot tell by configuration)."""


class Changes(Protocol):
    """Reads a repository."""

    async def resolve(self, repository: str, ref: str) -> Resolution:
        """The revision that `ref` names now; an empty ref is the default branch. Raises with kind NOT_FOUND."""

    async def compare(
        self, repository: str, base: str, head: str, *, paths: tuple[str, ...] = (), irreversible: tuple[str, ...] = ()
    ) -> ChangeSet:
        """The range between two revisions, limited to `paths` (globs) where given."""

    async def landed(self, repository: str, number: int) -> str:
        """The revision with which pull request `number` came into the default branch (the newest); raises NOT_FOUND."""

    async def contains(self, repository: str, revision: str, part: str) -> bool:
        """Whether `part` is `revision` or one of those before it; raises NOT_FOUND where either is not there."""

    async def suggest(self, repository: str, prefix: str) -> tuple[str, ...]:
        """Up to 100 branches and tags that start so, newest first."""


class Checks(Protocol):
    """Reads what the forge's checks say."""

    async def report(self, repository: str, revision: str) -> CheckReport:
        """All checks of the revision, the newest run of each."""


class Logs(Protocol):
    """Reads what a run printed."""

    async def tail(self, run: Run, lines: int) -> tuple[str, ...]:
        """The last lines (untrusted text)."""


class RecordState(StrEnum):
    """How an operation stands, in the words of a list of deployments."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDONE = "undone"  # live once, and rolled back since


@dataclass(frozen=True, kw_only=True)
class Record:
    """What a list of deployments is told of one operation; `key` is its name for ever, `words` one short line."""

    key: str
    operation: int
    action: Action
    target: Target
    revision: str
    repository: str
    production: bool
    how: BaseModel
    state: RecordState
    words: str = ""
    url: str = ""  # of the run


class Records(Protocol):
    """Keeps a list of deployments somewhere else, for those who look there."""

    async def record(self, record: Record) -> None:
        """Make the list say this of the operation, whatever it says now; the same again changes nothing. Raises IntegrationError."""


class Health(Protocol):
    """Looks at whether a target is well: what the `verify:` rules of an environment ask."""

    async def probe(self, target: Target, revision: str, *, settings: BaseModel, how: BaseModel) -> Reading:
        """One look: pass, fail, or inconclusive where nothing could be seen; changes nothing.

        `settings` is the integration's PROBE model, `how` the target's own deploy settings. Raises IntegrationError, which counts as
        inconclusive: an error of a probe is never a pass, and never a breach.
        """


class Severity(StrEnum):
    """How bad a finding is."""

    FINE = "fine"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of the doctor's report: what was looked at, what was found, and the fix."""

    severity: Severity
    subject: str
    sentence: str
    fix: str = ""


class Doctor(Protocol):
    """Examines one part."""

    async def examine(self) -> tuple[Finding, ...]:
        """What is well and what is not; never raises."""

    async def examine_target(self, target: Target, repository: str, how: BaseModel) -> tuple[Finding, ...]:
        """The same for one target: its repository, its programs or workflows; never raises."""


# ---- alert sources -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class RawDelivery:
    """A webhook exactly as it came. Header names are in lower case; one that came twice is left out: nobody knows which counts."""

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    at: Millis


@dataclass(frozen=True, kw_only=True)
class Body:
    """The same after the check, inflated where it was compressed."""

    content: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    at: Millis


@dataclass(frozen=True, kw_only=True)
class Authentic:
    """The sender is who it should be.

    `delivery` is the same when it sends the same again (empty: it repeats what is, so nothing is a repetition);
    `confirm` is an address that is called once, to take up a subscription.
    """

    delivery: str = ""
    confirm: str = ""


@dataclass(frozen=True, kw_only=True)
class Needs:
    """Ask again with what this https address answers."""

    url: str


@dataclass(frozen=True, kw_only=True)
class Forged:
    """Not from whom it should be; `why` holds nothing of the request: safe to log."""

    why: str


class AlertSource(Protocol):
    """Understands what one kind of system sends. Pure: the web room reads, fetches and answers."""

    @property
    def signs_body(self) -> bool:
        """False where the headers alone prove the sender, so that a stranger's body is never read."""

    def may_fetch(self, url: str) -> bool:
        """Whether an address is one of the few that this kind of system has us call."""

    def authentic(
        self, raw: RawDelivery, secrets: Sequence[str], fetched: Mapping[str, bytes]
    ) -> Authentic | Needs | Forged:
        """Who sent this; each of `secrets` is good, `fetched` is what was asked for before, by address. Never raises."""

    def alerts(self, body: Body) -> tuple[Alert, ...]:
        """What it says, in its order; raises bot.errors.Unreadable and nothing else, whatever the body holds."""


# ---- hints ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Hint:
    """Something may have happened to a run of a repository. It is a reason to look now, and nothing else: what it says is not believed."""

    repository: str
    run: Mapping[str, str]  # a part of the run's reference


class Hints(Protocol):
    """Understands what a provider sends by itself. Pure: the web room reads and answers."""

    def hints(self, raw: RawDelivery) -> tuple[Hint, ...] | Forged:
        """What a delivery gives reason to look at (nothing: it is about something else), or why it is not from the provider. Never raises."""


@dataclass(frozen=True, kw_only=True)
class Integration:
    """What one configured connection offers; a capability that is None is shown as missing, it does not fail."""

    name: str
    deployer: Deployer | None = None
    versions: Versions | None = None
    changes: Changes | None = None
    checks: Checks | None = None
    logs: Logs | None = None
    doctor: Doctor | None = None
    health: Health | None = None
    records: Records | None = None
    hints: Hints | None = None


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What `app` hands to an integration's `build(name, settings, surroundings)`."""

    clock: Clock
    random: Random
    folder: Path  # where it may keep files, beside the database
    secrets: tuple[str, ...] = field(default=(), repr=False)  # never to appear in errors
