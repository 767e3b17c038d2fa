"""The gates: one pure question each, all asked at once, so that people hear every reason together."""

from collections.abc import Callable

from bot.domain.barring import claim_seen, not_locked, not_quarantined
from bot.domain.changes import Resolution
from bot.domain.facts import CheckReport, ChecksRule, CheckState, Facts, TargetPolicy
from bot.domain.people import Standing
from bot.domain.reasons import Reason
from bot.domain.restraint import authors_known, unhurried
from bot.domain.roles import channels_of, may
from bot.domain.terms import Action, Permission, Target, Unknown, short
from bot.domain.verdicts import Refusal, Verdict, allow, refuse, unknown


def known_target(facts: Facts) -> Verdict:
    """The service and environment exist."""
    if facts.policy is None:
        known = ", ".join(facts.known_services) or "none"
        return refuse(
            "target",
            Reason.UNKNOWN_TARGET,
            f"There is no {facts.target.environment} of {facts.target.service}.",
            f"Known services: {known}.",
        )
    return allow("target", f"{facts.target.service} has {facts.target.environment}", rule=rule_of(facts.target))


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
    if facts.automatic:
        return allow("member", "Quarterdeck itself, because verification failed", rule=_automatic(facts))
    if isinstance(facts.person, Unknown):
        return unknown("member", facts.person)
    if not facts.home_team or facts.person.identity.team != facts.home_team:
        return _stranger(Standing.OTHER_TEAM)
    if facts.person.standing in STANDING_REFUSALS:
        return _stranger(facts.person.standing)
    return allow("member", "a member of this workspace")


def _automatic(facts: Facts) -> str:
    return f"{rule_of(facts.target)}.on_failure"


def _stranger(standing: Standing) -> Verdict:
    reason, sentence = STANDING_REFUSALS[standing]
    return refuse("member", reason, sentence, "A member of this workspace has to ask.")


def own_channel(facts: Facts) -> Verdict:
    """In a channel that is shared with another company the bot only reads."""
    if isinstance(facts.shared_channel, Unknown):
        return unknown("channel", facts.shared_channel)
    if facts.shared_channel:
        return refuse(
            "channel",
            Reason.SHARED_CHANNEL,
            "This channel is shared with another workspace, where Quarterdeck only reads.",
            "Ask in one of your own channels, or in a direct message.",
        )
    return allow("channel", "not shared with another workspace")


PERMISSION_OF = {
    Action.DEPLOY: Permission.DEPLOY,
    Action.ROLLBACK: Permission.ROLLBACK,
    Action.PROMOTE: Permission.PROMOTE,
}


def permitted(facts: Facts) -> Verdict:
    """A role grants it to this person, here, and none forbids it."""
    if facts.automatic:
        return allow("permission", "the configuration lets it roll back by itself", rule=_automatic(facts))
    if isinstance(facts.person, Unknown):
        return unknown("permission", facts.person)
    roles = facts.policy.roles if facts.policy else ()
    allowed, rule = may(facts.person, PERMISSION_OF[facts.action], facts.target, roles, place=facts.place)
    if allowed:
        return allow("permission", f"{facts.action} is yours here", rule=rule)
    where = f"{facts.target.service} in {facts.target.environment}"
    if rule.endswith(".channels"):
        return _elsewhere(facts, where, rule)
    helpers = f"Ask {', '.join(facts.helpers)}." if facts.helpers else "An operator has to add you to a role."
    return refuse(
        "permission",
        Reason.NOT_PERMITTED,
        f"You may not {_verb(facts.action)} {where}.",
        helpers,
        who=facts.helpers,
        rule=rule,
    )


def _elsewhere(facts: Facts, where: str, rule: str) -> Verdict:
    roles = facts.policy.roles if facts.policy else ()
    named = channels_of(PERMISSION_OF[facts.action], facts.target, roles)
    channels = ", ".join(f"#{name}" for name in sorted(named))
    sentence = f"You may not {_verb(facts.action)} {where} from here."
    return refuse("permission", Reason.NOT_PERMITTED, sentence, f"Ask in {channels}.", rule=rule)


def _verb(action: Action) -> str:
    return {Action.DEPLOY: "deploy", Action.ROLLBACK: "roll back", Action.PROMOTE: "promote"}[action]


def revision_resolves(facts: Facts) -> Verdict:
    """The ref names one immutable revision."""
    found = facts.resolution
    if isinstance(found, Unknown):
        return unknown("revision", found)
    if found is None:
        return _no_revision(facts)
    return allow("revision", f"{found.ref or 'the default branch'} is {short(found.revision)}")


def _no_revision(facts: Facts) -> Verdict:
    if facts.action is Action.ROLLBACK:
        return refuse(
            "revision",
            Reason.NO_GOOD_REVISION,
            f"No earlier revision is known to have worked in {facts.target.environment}.",
            f"Name one: `/ops rollback {facts.target.service} {facts.target.environment} --to REVISION`.",
        )
    return refuse(
        "revision",
        Reason.REVISION_NOT_FOUND,
        "There is nothing to deploy: no such branch, tag, commit or pull request.",
        f"See what there is: `/ops changes {facts.target.service} {facts.target.environment}`.",
    )


def revision_unmoved(facts: Facts) -> Verdict:
    """The ref still names the revision that the plan shows."""
    found = facts.resolution
    if not facts.planned_revision or found is None or isinstance(found, Unknown):
        return allow("unmoved", "resolved just now")
    if found.revision != facts.planned_revision:
        return refuse(
            "unmoved",
            Reason.REVISION_MOVED,
            f"{found.ref or 'The branch'} moved from {short(facts.planned_revision)} to {short(found.revision)}.",
            "Look at the new plan, then decide again.",
        )
    return allow("unmoved", f"still {short(found.revision)}")


def merged(facts: Facts) -> Verdict:
    """Production takes only what the default branch contains."""
    found = facts.resolution
    if not isinstance(found, Resolution) or facts.action is Action.ROLLBACK:
        return allow("merged", "not asked")
    if facts.policy and facts.policy.production and not found.merged:
        return refuse(
            "merged",
            Reason.NOT_MERGED,
            f"{found.ref} is not merged, and {facts.target.environment} takes only merged changes.",
            "Merge it first, or deploy it to another environment.",
            rule=f"{rule_of(facts.target)}.production",
        )
    return allow("merged", "merged" if found.merged else "not merged, and not production")


def something_to_do(facts: Facts) -> Verdict:
    """Deploying what is already live changes nothing."""
    found, live = facts.resolution, facts.live
    if isinstance(live, Unknown):
        return unknown("live", live)
    settled = facts.holder is None and not facts.unsettled
    if isinstance(found, Resolution) and live and live.revision == found.revision and settled:
        return refuse(
            "live",
            Reason.ALREADY_LIVE,
            f"{facts.target.environment} already serves {short(found.revision)} ({live.said_by} says so).",
            "Nothing needs to be done. To go somewhere else, name a revision.",
        )
    return allow("live", f"serves {short(live.revision)}" if live and live.revision else "nothing is live yet")


def checks_green(facts: Facts) -> Verdict:
    """The provider's checks of this revision are green, where the environment asks for it."""
    rule = f"{rule_of(facts.target)}.checks"
    policy = facts.policy
    if facts.action is Action.ROLLBACK or policy is None or policy.checks is ChecksRule.NONE:
        return allow("checks", "not asked", rule=rule)
    if isinstance(facts.checks, Unknown):
        return unknown("checks", facts.checks)
    if facts.checks is None or facts.checks.overall is CheckState.ABSENT:
        return refuse(
            "checks", Reason.CHECKS_MISSING, "Checks are required, and there are none.", "Set up checks.", rule=rule
        )
    return _checks_of(facts.checks, policy, rule)


def _checks_of(report: CheckReport, policy: TargetPolicy, rule: str) -> Verdict:
    wanted = policy.named_checks if policy.checks is ChecksRule.NAMED else tuple(sorted(report.by_name))
    states = {name: report.by_name.get(name, CheckState.ABSENT) for name in wanted}
    for state, reason, words, step in (
        (CheckState.RED, Reason.CHECKS_FAILED, "failed", "Mend them, then deploy the mended revision."),
        (CheckState.ABSENT, Reason.CHECKS_MISSING, "did not run", "Start them, then ask again."),
        (CheckState.UNKNOWN, Reason.FACT_UNKNOWN, "say something that is not known here", "Look at them on the forge."),
        (CheckState.RUNNING, Reason.CHECKS_RUNNING, "still running", "Ask again when they are done."),
    ):
        names = [name for name, found in states.items() if found is state]
        if names:
            return refuse("checks", reason, f"Checks {words}: {', '.join(names)}.", step, rule=rule)
    if policy.checks is ChecksRule.REQUIRED and report.overall is not CheckState.GREEN:
        return refuse("checks", Reason.CHECKS_FAILED, f"Checks are {report.overall}.", "Ask again later.", rule=rule)
    return allow("checks", f"{len(states)} passed", rule=rule)


def in_order(facts: Facts) -> Verdict:
    """The revision was verified in the environment before this one."""
    rule = f"{rule_of(facts.target)}.after"
    if facts.action is Action.ROLLBACK or facts.policy is None or not facts.policy.after:
        return allow("order", "not asked", rule=rule)
    if isinstance(facts.verified_before, Unknown):
        return unknown("order", facts.verified_before)
    before = facts.policy.after
    if not facts.verified_before:
        return refuse(
            "order",
            Reason.OUT_OF_ORDER,
            f"This revision has not been live in {before} yet.",
            f"First: `/ops deploy {facts.target.service} {before}`.",
            rule=rule,
        )
    return allow("order", f"{before} had it", rule=rule)


def not_frozen(facts: Facts) -> Verdict:
    """No freeze window of the calendar holds the target; it never holds a rollback."""
    if not facts.frozen:
        return allow("frozen", "no freeze holds now", rule="freezes")
    words = "; ".join(each.words(facts.now) for each in facts.frozen)
    rule = f"freezes.{facts.frozen[0].name}"
    if facts.action is Action.ROLLBACK:
        return allow("frozen", f"frozen: {words}; a rollback is never held", rule=rule)
    return refuse(
        "frozen",
        Reason.FROZEN,
        f"Frozen: {words}.",
        "Ask again then; nothing starts by itself. A rollback is never held by a freeze.",
        rule=rule,
    )


def known_since_restore(facts: Facts) -> Verdict:
    """After a restore it is known what the target serves; a rollback is never held."""
    if not facts.hold:
        return allow("restored", "not held since a restore")
    if facts.action is Action.ROLLBACK:
        return allow("restored", f"held since a restore ({facts.hold}); a rollback is never held")
    return refuse(
        "restored",
        Reason.RESTORED,
        f"The database was restored from a backup, and {facts.target.environment} is held: {facts.hold}.",
        "Whoever may roll back here releases it in the administrators' channel; on the bot's machine quarterdeck adopt does.",
    )


HOLDING = {
    "awaiting_approval": "waits for an approval",
    "queued": "is next",
    "triggering": "is starting",
    "running": "is running",
    "verifying": "is being verified",
    "cancelling": "is being stopped",
    "rolling_back": "is being rolled back",
    "unknown": "has an unknown outcome",
    "paused": "is not known to be healthy",
    "needs_human": "waits for a decision",
}
"""What people read of the operation that holds a target."""

STOP_IT = "Wait for it, or stop it: `/ops stop"
WAY_ON = {
    "verifying": "Wait for it, or roll back: `/ops rollback",
    "paused": "Its card asks what to do; a rollback takes it over: `/ops rollback",
    "cancelling": "Wait for it, or roll back: `/ops rollback",
    "rolling_back": "Wait for the rollback: `/ops status",
    "unknown": "Wait until it is known, or roll back: `/ops rollback",
    "needs_human": "Its card asks what became of it; a rollback takes it over: `/ops rollback",
}


def free(facts: Facts) -> Verdict:
    """No other operation holds the target; a rollback takes it over instead."""
    holder = facts.holder
    if holder is None or holder.operation == facts.owner_operation:
        return allow("held", "nothing else is running here")
    if facts.action is Action.ROLLBACK and holder.takeable:
        return allow("held", f"takes over from #{holder.operation}")
    return refuse(
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
    not_frozen,
    not_locked,
    not_quarantined,
    known_since_restore,
    claim_seen,
    authors_known,
    unhurried,
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
