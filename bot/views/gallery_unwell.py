"""The views around a verification, with sample data."""

from collections.abc import Callable
from functools import partial

from bot.domain.messages import Message, View
from bot.domain.operations import Effect, Operation, State
from bot.domain.plans import OfferVerb
from bot.domain.reasons import Reason
from bot.domain.terms import MINUTE
from bot.views import cards, unwell
from bot.views.samples import NEW, NOON, Samples

Sample = Callable[[], Message | View]
V = OfferVerb


def unwell_views(s: Samples) -> dict[str, Sample]:
    """Verifying, unhealthy, rolled back by itself, paused; and what people are asked and told about it."""
    watched = {"watch_since": NOON, "bake": 10 * MINUTE, "serving": NEW, "healthy_for": 4 * MINUTE, "note": ""}
    failed = {**watched, "healthy_for": 0, "note": s.failure}
    counting = s.operation(State.VERIFYING, **{**failed, "rollback_at": NOON + 5 * MINUTE})
    asks = {**failed, "reason": Reason.IRREVERSIBLE, "not_undone": s.file}
    silent = {**watched, "reason": Reason.INCONCLUSIVE, "note": s.failure}
    lock, kept = s.lock(), s.quarantine()
    left = {**failed, "reason": Reason.UNHEALTHY, "effect": Effect.WHOLE}
    left["note"] = f"{s.failure}. {s.name} chose not to roll it back"
    well = {**watched, "healthy_for": 10 * MINUTE, "verified": True}
    back = s.operation(State.ROLLED_BACK, lock=3, not_undone=s.file, note=s.failure)
    looks = (V.SHOW_CHANGES, V.PLAN_ROLLBACK)
    cards_of: dict[str, tuple[Operation, tuple[V, ...]]] = {
        "verifying, healthy so far": (s.operation(State.VERIFYING, **watched), looks),
        "verifying, one look failed": (s.operation(State.VERIFYING, **failed), looks),
        "unhealthy, counting down": (counting, (V.ROLL_BACK_NOW, V.LEAVE)),
        "unhealthy, left as it is": (s.operation(State.FAILED, **left), (V.SHOW_LOG, V.PLAN_DEPLOY, V.PLAN_ROLLBACK)),
        "unhealthy, asks first": (s.operation(State.PAUSED, **asks), (V.LEAVE, V.PLAN_ROLLBACK)),
        "inconclusive, paused": (s.operation(State.PAUSED, **silent), (V.WATCH_ON, V.ACCEPT, V.PLAN_ROLLBACK)),
        "live and healthy": (s.operation(State.SUCCEEDED, **well), looks),
        "rolled back by itself": (back, (V.UNLOCK, V.SHOW_LOG, V.PLAN_DEPLOY)),
        "rollback by itself": (
            s.rollback(automatic=True, not_undone=s.file, bake=10 * MINUTE, healthy_for=10 * MINUTE),
            (),
        ),
    }
    made: dict[str, Sample] = {
        f"card {name}": partial(cards.operation_card, operation, s.offers(*verbs), names=s.names)
        for name, (operation, verbs) in cards_of.items()
    }
    answers = (V.WATCH_ON, V.ACCEPT, V.LEAVE, V.ROLL_BACK_NOW)
    return made | {
        "reply unhealthy": lambda: unwell.call(counting, owners=("<!subteam^S01WEB>",), offers=s.offers(V.ROLL_BACK_NOW, V.LEAVE)),
        **{f"answered {verb}": partial(unwell.answered, counting, verb) for verb in answers},
        "answered too late": lambda: unwell.too_late(counting, "/ops"),
        "unlock question": lambda: unwell.unlock_question(s.target, lock.reason, s.offers(V.UNLOCK_NOW)),
        "unlocked": lambda: unwell.unlocked(s.target, (lock,), (kept,), "/ops"),
        "unlocked, nothing": lambda: unwell.unlocked(s.target, (), (), "/ops"),
        "quarantine lifted": lambda: unwell.lifted(kept),
        "quarantine, not there": lambda: unwell.not_in_quarantine(s.target, s.ref, (kept,), "/ops"),
    }  # fmt: skip
