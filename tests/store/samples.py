"""Small truthful rows for the store's tests."""

from dataclasses import replace

from bot.domain.deliveries import Outgoing
from bot.domain.operations import Attempt, AttemptKey, AttemptState, Operation, State
from bot.domain.plans import Offer, OfferVerb, Plan
from bot.domain.requests import Delivery, DeliveryKind, Invocation
from bot.domain.terms import Action, Door, Identity, Place, Target
from bot.store import Tx, operations

ANN = Identity(team="T1", user="U1")
BOB = Identity(team="T1", user="U2")
WEB = Target(service="web", environment="production")
API = Target(service="api", environment="production")


def operation(**changes: object) -> Operation:
    made = Operation(
        id=0, plan_id="", plan_hash="h", action=Action.DEPLOY, target=WEB, revision="a1b2c3d", who=ANN,
        state=State.QUEUED, created_at=1_000,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def asked(tx: Tx, number: int = 1) -> None:
    """Operations 1 to `number`, for rows that refer to them."""
    for _ in range(number):
        operations.insert(tx, operation())


def attempt(n: int = 1, **changes: object) -> Attempt:
    made = Attempt(key=AttemptKey(operation=1, step=1, n=n), state=AttemptState.OPEN, sent_at=5, epoch=1)
    return replace(made, **changes)  # type: ignore[arg-type]


def plan(**changes: object) -> Plan:
    made = Plan(
        id="p1", hash="h", action=Action.DEPLOY, target=WEB, who=ANN, asked_ref="main", ref="main", revision="a1b2c3d",
        live="0000000", live_said_by="web itself", recorded="0000000", policy_hash="ph", workflow="wf", steps=("build", "ship"),
        because="", merged=True, production=True, changes=None, gates=11, typical_ms=0, takes_over=0, takes_over_state="",
        late_landing=False, filled=frozenset({"service"}), verified_before_at=0, channel="C1", thread="", direct=False,
        created_at=1_000, expires_at=2_000,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def offer(**changes: object) -> Offer:
    made = Offer(id="o1", verb=OfferVerb.CONFIRM, subject="plan:p1", audience="", body={"plan": "p1"}, created_at=10)
    return replace(made, **changes)  # type: ignore[arg-type]


def delivery(key: str = "Ev1", **changes: object) -> Delivery:
    invocation = Invocation(
        who=ANN, where=Place(channel="C1"), door=Door.SLASH, at=7, text="deploy web production", ref="7f3a",
        trigger="trigger-secret", response_url="https://slack.example/secret",
    )  # fmt: skip
    made = Delivery(key=key, kind=DeliveryKind.WORDS, invocation=invocation, command="/ops", values={"a": "b"})
    return replace(made, **changes)  # type: ignore[arg-type]


def outgoing(key: str = "operation:1:card", **changes: object) -> Outgoing:
    made = Outgoing(key=key, kind="operation_card", subject="operation:1", channel="C1", due_at=100)
    return replace(made, **changes)  # type: ignore[arg-type]
