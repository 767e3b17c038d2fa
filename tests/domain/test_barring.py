"""The gates about what is kept out."""

import pytest

from bot.domain.barring import not_locked, not_quarantined
from bot.domain.locks import POLICY, Lock, Quarantine
from bot.domain.policy import a_member, permitted
from bot.domain.reasons import Reason
from bot.domain.terms import Action, Unknown
from tests.domain.test_policy import NEW, WEB, facts

LOCK = Lock(kind=POLICY, owner="quarterdeck", reason="#12 failed", at=1)
KEPT = Quarantine(target=WEB, revision=NEW, operation=12, reason="status 503", at=1)


def test_a_lock_refuses_and_names_the_way_out() -> None:
    """Each reason once; without a lock there is no objection."""
    assert not_locked(facts()).passed
    verdict = not_locked(facts(locks=(LOCK, LOCK)))
    assert (verdict.reason, verdict.sentence) == (Reason.LOCKED, "Locked: #12 failed.")
    assert f"/ops unlock {WEB.service} {WEB.environment}`" in verdict.next_step


def test_a_lock_never_holds_a_rollback() -> None:
    """It says that there is one."""
    verdict = not_locked(facts(locks=(LOCK,), action=Action.ROLLBACK))
    assert verdict.passed
    assert "#12 failed" in verdict.sentence


def test_only_the_revision_in_quarantine_is_kept_out() -> None:
    """Another one may go there; a lifted or foreign one is not among the facts."""
    verdict = not_quarantined(facts(quarantines=(KEPT,)))
    assert verdict.reason is Reason.QUARANTINED
    assert f"/ops unlock {WEB.service} {WEB.environment} {NEW[:7]}`" in verdict.next_step
    other = Quarantine(target=WEB, revision="f" * 40, operation=12, reason="status 503", at=1)
    assert not_quarantined(facts(quarantines=(other,))).passed


@pytest.mark.parametrize("planned", [NEW, ""])
def test_where_the_ref_cannot_be_resolved(planned: str) -> None:
    """What the plan shows is what is looked for."""
    verdict = not_quarantined(facts(quarantines=(KEPT,), resolution=None, planned_revision=planned))
    assert verdict.passed is not bool(planned)


def test_verification_needs_no_person() -> None:
    """What rolls back by itself has its right from the configuration, whoever asked for the deployment."""
    nobody = Unknown(what="who you are", why="Slack does not answer")
    asked = facts(automatic=True, action=Action.ROLLBACK, person=nobody)
    for gate in (a_member, permitted):
        verdict = gate(asked)
        assert verdict.passed
        assert verdict.rule == "services.web.environments.production.on_failure"
        assert not gate(facts(action=Action.ROLLBACK, person=nobody)).passed
