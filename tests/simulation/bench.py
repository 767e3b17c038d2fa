"""Beside the judge: what must be true of claims, of rollbacks that begin by themselves, of decisions, and after a restore."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain.claims import Answer, Claim, ClaimRule, token_of
from bot.domain.freezes import frozen
from bot.domain.operations import AttemptState, Operation, State
from bot.domain.plans import OfferVerb
from bot.domain.requests import DeliveryKind
from bot.domain.terms import SECOND, Action, Millis, Target
from bot.engine.sealing import SECRET
from bot.ports import Order
from bot.store import Tx, attempts, locks, offers, operations, quarantines, settings
from bot.views import forms
from tests.simulation.setting import ACTORS

if TYPE_CHECKING:
    from tests.simulation.slack import Sent
    from tests.simulation.world import World

WATCH = """
create temp trigger watch_claims after update of claimed_by on main.attempts when new.claimed_by <> old.claimed_by begin
  insert into touched values ('claim', new.operation, old.claimed_by, new.state, 0, 0, 0, new.epoch);
end;
"""
LIVE = frozenset({AttemptState.OPEN, AttemptState.BOUND})
STOPPED_IN_TIME: Millis = 5 * SECOND  # a Stop taken so long before the end counts, whatever happens then
ASKED_BEFORE: Millis = 20 * SECOND  # what is read before a start is not older than that
LIFTED = "select lifted_by from quarantines where service = :service and environment = :environment and revision = :revision order by id desc"
LOCKED = "select released_by from locks where id = :id"


@dataclass(kw_only=True)
class Bench:
    """Remembers by itself who was let on, what was rolled back, and what is kept out: rows are what is judged."""

    world: "World"
    granted: dict[tuple[int, int], set[str]] = field(default_factory=dict)
    rolled_back: set[int] = field(default_factory=set)  # what verification has rolled back
    barred: dict[tuple[Target, str], int] = field(default_factory=dict)  # with the lock that came with it
    alone: dict[Target, int] = field(default_factory=dict)  # what succeeded there last, where a claim was missing
    held: dict[Target, str] = field(default_factory=dict)  # since a restore; with what the record says is live

    def fail(self, rule: str) -> None:
        """Something is not as it must be."""
        self.world.judge.fail(rule)

    # ---- claims --------------------------------------------------------------------------------------------------------

    def claimed(self, number: int, before: str, state: str, epoch: int) -> None:
        """A commit let a run on: the first of its attempt, which lives, under the epoch of now."""
        if before:
            self.fail(f"CLAIM: an attempt of #{number} was claimed by {before}, and is claimed again")
        if AttemptState(state) not in LIVE:
            self.fail(f"CLAIM: an attempt of #{number} was claimed and is {state}")
        operation = self.world.rows(lambda tx: operations.get(tx, number))
        if operation is None or operation.finished or operation.epoch != epoch:
            self.fail(f"CLAIM: #{number} was claimed and is {operation and operation.state}")

    def answered(self, claim: Claim, answer: Answer | None) -> None:
        """A run heard an answer: one may go on, and none without the token of its own attempt."""
        if answer is None or not answer.may_go_on:
            return
        secret = self.world.rows(lambda tx: settings.get(tx, SECRET)) or ""
        if not secret or claim.token != token_of(secret, claim.key):
            self.fail(f"CLAIM: {claim.run} was let on for {claim.key} with a token that does not fit")
        attempt = self.world.rows(lambda tx: attempts.get(tx, claim.key))
        if attempt is None or attempt.claimed_by != claim.run:
            self.fail(f"CLAIM: {claim.run} was let on for {claim.key}, and its attempt is {attempt and attempt.state}")
        let_on = self.granted.setdefault((claim.key.operation, claim.key.step), set())
        let_on.add(claim.run)
        if len(let_on) > 1:
            self.fail(f"CLAIM: {', '.join(sorted(let_on))} were all let on for #{claim.key.operation}")

    def ended(self, operation: Operation) -> None:
        """An end: without a claim that is required it says so; healthy only what was; by two people what takes two."""
        required = self.world.house.claim.get(operation.target.service) is ClaimRule.REQUIRED
        if required and operation.state is State.SUCCEEDED:
            self.alone.pop(operation.target, None)
        if required and operation.state is State.SUCCEEDED and not operation.claimed_by:
            self.alone[operation.target] = operation.id
        alone = operation.state is State.SUCCEEDED and not operation.claimed_by and not operation.unclaimed
        if required and alone:
            self.fail(f"CLAIM: #{operation.id} succeeded without the claim that is required, and does not say so")
        verified = operation.state is State.SUCCEEDED and operation.verified and operation.watch_since
        since = self.world.time.now - operation.bake
        if verified and not self.world.vitals.passed_since(operation.target, since):
            self.fail(f"FALSE: #{operation.id} is healthy, and its probes did not say so")

    # ---- rollbacks by themselves ---------------------------------------------------------------------------------------

    def rolls_back(self, tx: Tx, child: Operation) -> None:
        """Verification began a rollback: once, of what was ill, not of a rollback, not against a Stop; and what failed is kept out."""
        parent = operations.get(tx, child.parent_id)
        if parent is None or parent.action is Action.ROLLBACK:
            self.fail(f"AUTO: #{child.id} rolls back {parent and parent.action} #{child.parent_id} by itself")
            return
        if parent.id in self.rolled_back:
            self.fail(f"AUTO: #{parent.id} is rolled back by itself a second time")
        self.rolled_back.add(parent.id)
        rules = self.world.house.verify.get(parent.target.service)
        if rules is None or not self.world.vitals.failed_last(parent.target, rules.failures):
            self.fail(f"AUTO: #{parent.id} is rolled back by itself and did not fail")
        self._kept_out(tx, parent)
        self._unstopped(tx, parent)

    def _kept_out(self, tx: Tx, parent: Operation) -> None:
        now, target = self.world.time.now, parent.target
        locked = any(each.id == parent.lock for each in locks.current(tx, target, now))
        kept = any(each.revision == parent.revision for each in quarantines.current(tx, target))
        if not (locked and kept):
            self.fail(f"I13: #{parent.id} is rolled back by itself; locked: {locked}, in quarantine: {kept}")
        self.barred[target, parent.revision] = parent.lock

    def _unstopped(self, tx: Tx, parent: Operation) -> None:
        if not self.world.plan.fair:
            return  # what has to be read before a Stop counts may take as long as the countdown
        countdown = self.world.house.verify[parent.target.service].countdown
        for sent in self._clicks(tx, OfferVerb.LEAVE, parent.id, parent.rollback_at - countdown):
            in_this_one = sent.acked_at >= parent.rollback_at - countdown
            if in_this_one and sent.acked_at + STOPPED_IN_TIME <= self.world.time.now:
                self.fail(f"AUTO: #{parent.id} is rolled back by itself, and {sent.delivery.key} said no in time")

    def _clicks(self, tx: Tx, verb: OfferVerb, number: int, since: Millis) -> "Iterable[Sent]":
        """Clicks on a button that was made since then."""
        for sent in self.world.slack.sent.values():
            if sent.delivery.kind is not DeliveryKind.CLICK or sent.delivery.invocation.who.user not in ACTORS:
                continue
            found = offers.get(tx, sent.delivery.offer)
            mine = found is not None and (found.verb, found.body.get("operation")) == (verb, str(number))
            if mine and found is not None and found.created_at >= since:
                yield sent

    # ---- decisions -----------------------------------------------------------------------------------------------------

    def decided(self, tx: Tx, operation: Operation) -> None:
        """In production two people have to have said that it never started."""
        if operation.state is not State.CANCELLED or operation.target.environment != "production":
            return
        said = {each for each in self._said(tx, operation.id) if each in ACTORS}
        if len(said) < 2:
            self.fail(f"TWO: it never started, said {', '.join(sorted(said)) or 'nobody'} of #{operation.id} alone")

    def _said(self, tx: Tx, number: int) -> Iterable[str]:
        for sent in self.world.slack.sent.values():
            delivery = sent.delivery
            never = delivery.action == forms.DECIDE and delivery.values.get(forms.ANSWER) == State.CANCELLED
            if not (never and sent.tries):
                continue
            offer = offers.get(tx, delivery.carried)
            if offer is not None and offer.body.get("operation") == str(number):
                yield delivery.invocation.who.user

    # ---- before anything starts ----------------------------------------------------------------------------------------

    def starts(self, tx: Tx, order: Order) -> None:
        """Nothing goes where it is held or locked, and nothing that is in quarantine; a rollback always may."""
        if order.action is Action.ROLLBACK:
            return
        for (target, revision), lock in self.barred.items():
            if target == order.target:
                self._barred(tx, order, revision, lock)
        if order.target in self.held:
            self._held(tx, order)
        if order.target in self.alone:
            self.fail(f"CLAIM: {order.key} is started, and #{self.alone[order.target]} there was never claimed")
        freezes, target, at = self.world.house.freezes, order.target, order.sent_at
        if frozen(freezes, target, at) and frozen(freezes, target, at - ASKED_BEFORE):
            self.fail(f"FROZEN: {order.key} is started in a freeze")

    def _barred(self, tx: Tx, order: Order, revision: str, lock: int) -> None:
        released = tx.one(LOCKED, id=lock)
        if released is None or released["released_by"] not in ACTORS:
            self.fail(f"I13: {order.key} is started in {order.target}, which is locked")
        target = order.target
        lifted = tx.one(LIFTED, service=target.service, environment=target.environment, revision=revision)
        if order.revision == revision and (lifted is None or lifted["lifted_by"] not in ACTORS):
            self.fail(f"I13: {order.key} brings {revision} back, which is in quarantine")

    def _held(self, tx: Tx, order: Order) -> None:
        target = order.target
        row = tx.one(HELD, service=target.service, environment=target.environment)
        by = str(row["released_by"]) if row else ""
        if not by:
            self.fail(f"HELD: {order.key} is started in {target}, which is held since the restore")
        served = {self.held[target], self.world.provider_of(target).shown.get(target, "")}
        if by == "quarterdeck" and row is not None and row["recorded"] not in served:
            self.fail(f"HELD: {target} was released by itself, and served something else")


HELD = "select released_by, recorded from holds where service = :service and environment = :environment"
