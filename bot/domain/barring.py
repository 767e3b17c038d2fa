"""Gates about what is kept out: targets that are locked, and revisions in quarantine."""

from bot.domain.changes import Resolution
from bot.domain.claims import ClaimRule
from bot.domain.facts import Facts
from bot.domain.reasons import Reason
from bot.domain.terms import Action, short
from bot.domain.verdicts import Verdict, allow, refuse


def not_locked(facts: Facts) -> Verdict:
    """No lock forbids it; a lock never holds a rollback."""
    if not facts.locks:
        return allow("lock", "not locked")
    reasons = "; ".join(dict.fromkeys(lock.reason for lock in facts.locks))
    if facts.action is Action.ROLLBACK:
        return allow("lock", f"locked ({reasons}), which never holds a rollback")
    return refuse("lock", Reason.LOCKED, f"Locked: {reasons}.", f"When it is known why: `{_unlock(facts)}`.")


def not_quarantined(facts: Facts) -> Verdict:
    """The revision did not fail its verification here before, or somebody has lifted that since."""
    found = facts.resolution
    revision = found.revision if isinstance(found, Resolution) else facts.planned_revision
    kept = next((each for each in facts.quarantines if each.revision == revision), None)
    if kept is None:
        return allow("quarantine", "not in quarantine")
    return refuse(
        "quarantine",
        Reason.QUARANTINED,
        f"{short(revision)} is in quarantine here since #{kept.operation}: {kept.reason}.",
        f"Deploy a revision that mends it, or lift this one: `{_unlock(facts, short(revision))}`.",
    )


def claim_seen(facts: Facts) -> Verdict:
    """Where a claim is required the last deployment was claimed by its run, or a run has shown since that it asks; a rollback is never held."""
    rule = f"services.{facts.target.service}.environments.{facts.target.environment}.claim"
    if facts.policy is None or facts.policy.claim is not ClaimRule.REQUIRED:
        return allow("claim", "not required", rule=rule)
    if not facts.unclaimed:
        return allow("claim", "no run went on without asking", rule=rule)
    if facts.action is Action.ROLLBACK:
        return allow("claim", f"#{facts.unclaimed} was not claimed, which never holds a rollback", rule=rule)
    return refuse(
        "claim",
        Reason.CLAIM_MISSING,
        f"A claim is required here, and the run of #{facts.unclaimed} did not ask for it.",
        f"Add the claim to what deploys, and show it: quarterdeck doctor --claim {facts.target.service} "
        f"{facts.target.environment} on the bot's machine.",
        rule=rule,
    )


def _unlock(facts: Facts, revision: str = "") -> str:
    return " ".join(filter(None, ["/ops unlock", facts.target.service, facts.target.environment, revision]))
