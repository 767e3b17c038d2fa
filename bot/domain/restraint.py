"""Gates about how fast somebody may ask, and whether it can be said who wrote what they ask for."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.facts import Facts
from bot.domain.kinship import Authors
from bot.domain.quorums import needed
from bot.domain.reasons import Reason
from bot.domain.terms import MINUTE, Action, Millis, Unknown
from bot.domain.verdicts import Verdict, allow, refuse, unknown

MOST_NAMED = 3
GATE = "authors"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How often one person may ask for the same target: `asks` plans `within` that time; 0: as often as they like."""

    asks: int = 20
    within: Millis = 10 * MINUTE


def authors_known(facts: Facts) -> Verdict:
    """Where authors may not approve their own changes, it is known who they are."""
    rule = f"services.{facts.target.service}.environments.{facts.target.environment}.approvals"
    asked = facts.policy.approvals if facts.policy else None
    if asked is None or not needed(asked, facts.action, automatic=facts.automatic) or not asked.not_authors:
        return allow(GATE, "not asked", rule=rule)
    if facts.action is Action.ROLLBACK:
        return allow(GATE, "a rollback brings nobody's changes", rule=rule)
    if isinstance(facts.authors, Unknown):
        return unknown(GATE, facts.authors)
    if facts.authors is None:
        return allow(GATE, "nothing is live yet, so there is no range", rule=rule)
    return _proven(facts.authors, rule)


def _proven(authors: Authors, rule: str) -> Verdict:
    if authors.gap:
        return refuse(
            GATE,
            Reason.AUTHORS_UNPROVEN,
            f"Authors may not approve, and nobody can say who they all are: {authors.gap}.",
            "Deploy fewer changes at once, or an operator sets not_authors: false here.",
            rule=rule,
        )
    if authors.unmapped:
        named = ", ".join(authors.unmapped[:MOST_NAMED])
        more = f" and {len(authors.unmapped) - MOST_NAMED} more" if len(authors.unmapped) > MOST_NAMED else ""
        return refuse(
            GATE,
            Reason.AUTHORS_UNPROVEN,
            f"Authors may not approve, and it is not known who these are in Slack: {named}{more}.",
            f"An operator adds to the configuration: people: {{U…: {{{_line(authors.unmapped[0])}}}}}.",
            rule=rule,
        )
    return allow(GATE, f"{len(authors.users)} known", rule=rule)


def _line(account: str) -> str:
    return f"email: {account}" if "@" in account else f"github: {account.removesuffix(' (no account)')}"


def unhurried(facts: Facts) -> Verdict:
    """Nobody asks for the same target again and again; a rollback is never held."""
    if not facts.hurried_until or facts.action is Action.ROLLBACK or facts.planned_revision:
        return allow("pace", "not too often", rule="limits")
    wait = max(1, -(-(facts.hurried_until - facts.now) // MINUTE))
    return refuse(
        "pace",
        Reason.RATE_LIMITED,
        f"You have asked for this too often lately: the next time is in {wait} min.",
        "Your last plan is still there: `/ops plan`.",
        rule="limits",
    )


def hurried_until(asked: Sequence[Millis], limit: Limit, now: Millis) -> Millis:
    """When somebody who asked at these times may ask again; 0: now."""
    recent = sorted(at for at in asked if now - at < limit.within)
    if not limit.asks or len(recent) < limit.asks:
        return 0
    return recent[-limit.asks] + limit.within
