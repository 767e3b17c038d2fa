"""The gates: one pure question each, all asked at once, so that people hear every reason together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.changes import ChangeSet, Resolution
from bot.domain.people import Person, Standing
from bot.domain.reasons import Reason
from bot.domain.roles import Role, may
from bot.domain.terms import Action, Millis, Permission, Target, Unknown, short


class Answer(StrEnum):
    """What a gate says."""

    ALLOW = "allow"
    REFUSE = "refuse"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A gate's answer: `sentence` says why, `next_step` what to do now, `who` may help, `rule` names the configuration key behind it."""

    gate: str
    answer: Answer
    sentence: str
    reason: Reason | None = None
    next_step: str = ""
    who: tuple[str, ...] = ()
    rule: str = ""

    @property
    def passed(self) -> bool:
        """True where the gate allows."""
        return self.answer is Answer.ALLOW


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """No, with every reason at once; `passed` counts the gates that had no objection."""

    action: Action
    target: Target
    verdicts: tuple[Verdict, ...]
    passed: int


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


class CheckState(StrEnum):
    """What the provider says of a revision's checks."""

    GREEN = "green"
    RED = "red"
    RUNNING = "running"
    ABSENT = "absent"


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
    holder: Holder | None = None
    owner_operation: int = 0  # the operation that asks (it may hold its own target)
    unsettled: bool = False  # the last operation here failed half way: what is live may not be whole
    known_services: tuple[str, ...] = ()
    helpers: tuple[str, ...] = ()  # who may do this: for the sentence of a refusal


def _allow(gate: str, sentence: str, *, rule: str = "") -> Verdict:
    return Verdict(gate=gate, answer=Answer.ALLOW, sentence=sentence, rule=rule)


def _refuse(
    gate: str, reason: Reason, sentence: str, next_step: str, *, who: tuple[str, ...] = (), rule: str = ""
) -> Verdict:
    return Verdict(
        gate=gate,
        answer=Answer.REFUSE,
        sentence=sentence,
        reason=reason,
        next_step=next_step,
        who=who,
        rule=rule,
    )


def _unknown(gate: str, fact: Unknown) -> Verdict:
    return _refuse(
        gate,
        Reason.FACT_UNKNOWN,
        f"Could not read {fact.what}: {fact.why}.",
        "Nothing was started. Try again in a moment; `/ops doctor` shows what is out of reach.",
    )


def known_target(facts: Facts) -> Verdict:
    """The service and environment exist."""
    if facts.policy is None:
        known = ", ".join(facts.known_services) or "none"
        return _refuse(
            "target",
            Reason.UNKNOWN_TARGET,
            f"There is no {facts.target.environment} of {facts.target.service}.",
            f"Known services: {known}.",
        )
    return _allow("target", f"{facts.target.service} has {facts.target.environment}", rule=rule_of(facts.target))


STANDING_REFUSALS: dict[Standing, tuple[Reason, str]] = {
    Standing.GUEST: (Reason.NOT_A_MEMBER, "Guests cannot use Quarterdeck."),
    Standing.STRANGER: (Reason.OTHER_WORKSPACE, "People from other workspaces cannot use Quarterdeck."),
    Standing.OTHER_TEAM: (Reason.OTHER_WORKSPACE, "People from other workspaces cannot use Quarterdeck."),
    Standing.DEACTIVATED: (Reason.DEACTIVATED, "This account is deactivated."),
    Standing.BOT: (Reason.NOT_A_PERSON, "Bots cannot act."),
    Standing.WORKFLOW: (Reason.NOT_A_PERSON, "Workflows cannot act."),
}


def a_member(facts: Facts) -> Verdict:
    """A full, active member of our own workspace: no guest, stranger, bot or workflow."""
    if isinstance(facts.person, Unknown):
        return _unknown("member", facts.person)
    if facts.person.identity.team != facts.home_team:
        return _stranger(Standing.OTHER_TEAM)
    if facts.person.standing in STANDING_REFUSALS:
        return _stranger(facts.person.standing)
    return _allow("member", "a member of this workspace")


def _stranger(standing: Standing) -> Verdict:
    reason, sentence = STANDING_REFUSALS[standing]
    return _refuse("member", reason, sentence, "A member of this workspace has to ask.")


def own_channel(facts: Facts) -> Verdict:
    """In a channel that is shared with another company the bot only reads."""
    if isinstance(facts.shared_channel, Unknown):
        return _unknown("channel", facts.shared_channel)
    if facts.shared_channel:
        return _refuse(
            "channel",
            Reason.SHARED_CHANNEL,
            "This channel is shared with another workspace, where Quarterdeck only reads.",
            "Ask in one of your own channels, or in a direct message.",
        )
    return _allow("channel", "not shared with another workspace")


PERMISSION_OF = {
    Action.DEPLOY: Permission.DEPLOY,
    Action.ROLLBACK: Permission.ROLLBACK,
    Action.PROMOTE: Permission.PROMOTE,
}


def permitted(facts: Facts) -> Verdict:
    """A role grants it to this person, here, and none forbids it."""
    if isinstance(facts.person, Unknown):
        return _unknown("permission", facts.person)
    roles = facts.policy.roles if facts.policy else ()
    allowed, rule = may(facts.person, PERMISSION_OF[facts.action], facts.target, roles)
    if allowed:
        return _allow("permission", f"{facts.action} is yours here", rule=rule)
    where = f"{facts.target.service} in {facts.target.environment}"
    helpers = f"Ask {', '.join(facts.helpers)}." if facts.helpers else "An operator has to add you to a role."
    return _refuse(
        "permission",
        Reason.NOT_PERMITTED,
        f"You may not {_verb(facts.action)} {where}.",
        helpers,
        who=facts.helpers,
        rule=rule,
    )


def _verb(action: Action) -> str:
    return {Action.DEPLOY: "deploy", Action.ROLLBACK: "roll back", Action.PROMOTE: "promote"}[action]


def revision_resolves(facts: Facts) -> Verdict:
    """The ref names one immutable revision."""
    found = facts.resolution
    if isinstance(found, Unknown):
        return _unknown("revision", found)
    if found is None:
        return _no_revision(facts)
    return _allow("revision", f"{found.ref or 'the default branch'} is {short(found.revision)}")


def _no_revision(facts: Facts) -> Verdict:
    if facts.action is Action.ROLLBACK:
        return _refuse(
            "revision",
            Reason.NO_GOOD_REVISION,
            f"No earlier revision is known to have worked in {facts.target.environment}.",
            f"Name one: `/ops rollback {facts.target.service} {facts.target.environment} --to REVISION`.",
        )
    return _refuse(
        "revision",
        Reason.REVISION_NOT_FOUND,
        "There is nothing to deploy: no such branch, tag, commit or pull request.",
        f"See what there is: `/ops changes {facts.target.service} {facts.target.environment}`.",
    )


def revision_unmoved(facts: Facts) -> Verdict:
    """The ref still names the revision that the plan shows."""
    found = facts.resolution
    if not facts.planned_revision or found is None or isinstance(found, Unknown):
        return _allow("unmoved", "resolved just now")
    if found.revision != facts.planned_revision:
        return _refuse(
            "unmoved",
            Reason.REVISION_MOVED,
            f"{found.ref or 'The branch'} moved from {short(facts.planned_revision)} to {short(found.revision)}.",
            "Look at the new plan, then decide again.",
        )
    return _allow("unmoved", f"still {short(found.revision)}")


def merged(facts: Facts) -> Verdict:
    """Production takes only what the default branch contains."""
    found = facts.resolution
    if not isinstance(found, Resolution) or facts.action is Action.ROLLBACK:
        return _allow("merged", "not asked")
    if facts.policy and facts.policy.production and not found.merged:
        return _refuse(
            "merged",
            Reason.NOT_MERGED,
            f"{found.ref} is not merged, and {facts.target.environment} takes only merged changes.",
            "Merge it first, or deploy it to another environment.",
            rule=f"{rule_of(facts.target)}.production",
        )
    return _allow("merged", "merged" if found.merged else "not merged, and not production")


def something_to_do(facts: Facts) -> Verdict:
    """Deploying what is already live changes nothing."""
    found, live = facts.resolution, facts.live
    if isinstance(live, Unknown):
        return _unknown("live", live)
    settled = facts.holder is None and not facts.unsettled
    if isinstance(found, Resolution) and live and live.revision == found.revision and settled:
        return _refuse(
            "live",
            Reason.ALREADY_LIVE,
            f"{facts.target.environment} already serves {short(found.revision)} ({live.said_by} says so).",
            "Nothing needs to be done. To go somewhere else, name a revision.",
        )
    return _allow("live", f"serves {short(live.revision)}" if live and live.revision else "nothing is live yet")


def checks_green(facts: Facts) -> Verdict:
    """The provider's checks of this revision are green, where the environment asks for it."""
    rule = f"{rule_of(facts.target)}.checks"
    policy = facts.policy
    if facts.action is Action.ROLLBACK or policy is None or policy.checks is ChecksRule.NONE:
        return _allow("checks", "not asked", rule=rule)
    if isinstance(facts.checks, Unknown):
        return _unknown("checks", facts.checks)
    if facts.checks is None or facts.checks.overall is CheckState.ABSENT:
        return _refuse(
            "checks", Reason.CHECKS_MISSING, "Checks are required, and there are none.", "Set up checks.", rule=rule
        )
    return _checks_of(facts.checks, policy, rule)


def _checks_of(report: CheckReport, policy: TargetPolicy, rule: str) -> Verdict:
    wanted = policy.named_checks if policy.checks is ChecksRule.NAMED else tuple(sorted(report.by_name))
    states = {name: report.by_name.get(name, CheckState.ABSENT) for name in wanted}
    for state, reason, words, step in (
        (CheckState.RED, Reason.CHECKS_FAILED, "failed", "Mend them, then deploy the mended revision."),
        (CheckState.ABSENT, Reason.CHECKS_MISSING, "did not run", "Start them, then ask again."),
        (CheckState.RUNNING, Reason.CHECKS_RUNNING, "still running", "Ask again when they are done."),
    ):
        names = [name for name, found in states.items() if found is state]
        if names:
            return _refuse("checks", reason, f"Checks {words}: {', '.join(names)}.", step, rule=rule)
    if policy.checks is ChecksRule.REQUIRED and report.overall is not CheckState.GREEN:
        return _refuse("checks", Reason.CHECKS_FAILED, f"Checks are {report.overall}.", "Ask again later.", rule=rule)
    return _allow("checks", f"{len(states)} passed", rule=rule)


def in_order(facts: Facts) -> Verdict:
    """The revision was verified in the environment before this one."""
    rule = f"{rule_of(facts.target)}.after"
    if facts.action is Action.ROLLBACK or facts.policy is None or not facts.policy.after:
        return _allow("order", "not asked", rule=rule)
    if isinstance(facts.verified_before, Unknown):
        return _unknown("order", facts.verified_before)
    before = facts.policy.after
    if not facts.verified_before:
        return _refuse(
            "order",
            Reason.OUT_OF_ORDER,
            f"This revision has not been live in {before} yet.",
            f"First: `/ops deploy {facts.target.service} {before}`.",
            rule=rule,
        )
    return _allow("order", f"{before} had it", rule=rule)


HOLDING = {
    "queued": "is next",
    "triggering": "is starting",
    "running": "is running",
    "verifying": "is being verified",
    "cancelling": "is being stopped",
    "rolling_back": "is being rolled back",
    "unknown": "has an unknown outcome",
    "needs_human": "waits for a decision",
}
"""What people read of the operation that holds a target."""

STOP_IT = "Wait for it, or stop it: `/ops stop"
WAY_ON = {
    "verifying": "Wait for it, or roll back: `/ops rollback",
    "cancelling": "Wait for it, or roll back: `/ops rollback",
    "rolling_back": "Wait for the rollback: `/ops status",
    "unknown": "Wait until it is known, or roll back: `/ops rollback",
    "needs_human": "Its card asks what became of it; a rollback takes it over: `/ops rollback",
}


def free(facts: Facts) -> Verdict:
    """No other operation holds the target; a rollback takes it over instead."""
    holder = facts.holder
    if holder is None or holder.operation == facts.owner_operation:
        return _allow("held", "nothing else is running here")
    if facts.action is Action.ROLLBACK and holder.takeable:
        return _allow("held", f"takes over from #{holder.operation}")
    return _refuse(
        "held",
        Reason.TARGET_HELD,
        f"#{holder.operation} ({holder.who}) {HOLDING.get(holder.state, 'is at work')} here.",
        f"{WAY_ON.get(holder.state, STOP_IT)} {facts.target.service} {facts.target.environment}`.",
        who=(holder.who,),
    )


GATES: tuple[Callable[[Facts], Verdict], ...] = (
    known_target,
    a_member,
    own_channel,
    permitted,
    revision_resolves,
    revision_unmoved,
    merged,
    something_to_do,
    checks_green,
    in_order,
    free,
)
"""Every gate, in the order people read them."""


def judge(facts: Facts) -> tuple[Verdict, ...]:
    """Ask every gate; nobody hears only the first reason."""
    return tuple(gate(facts) for gate in GATES)


def refusal(facts: Facts, verdicts: tuple[Verdict, ...]) -> Refusal | None:
    """All the refusing verdicts as one Refusal, or None where every gate allows."""
    refusing = tuple(verdict for verdict in verdicts if not verdict.passed)
    if not refusing:
        return None
    return Refusal(action=facts.action, target=facts.target, verdicts=refusing, passed=len(verdicts) - len(refusing))


def rule_of(target: Target) -> str:
    """The configuration key of a target."""
    return f"services.{target.service}.environments.{target.environment}"
