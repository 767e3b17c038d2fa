"""What a card says of health: how far a watch is, what failed, what is kept out, and what can be answered to it."""

from bot.domain.operations import Operation, State
from bot.domain.plans import OfferVerb
from bot.domain.reasons import Reason
from bot.domain.terms import MINUTE, SECOND
from bot.views import kit
from bot.views.kit import Markup

V = OfferVerb
WARN = Markup("⚠️")
LOCKED = Markup("🔒")
STEP = 15 * SECOND  # how coarse a short bar is
WIDE = 90


def bar(operation: Operation) -> str:
    """healthy 4 of 10 min, in steps that are worth an edit; nothing where nothing is watched."""
    if not operation.watch_since or operation.rollback_at:
        return ""
    if operation.bake >= 2 * MINUTE:
        return f"healthy {operation.healthy_for // MINUTE} of {-(-operation.bake // MINUTE)} min"
    return f"healthy {operation.healthy_for // STEP * STEP // SECOND} of {-(-operation.bake // SECOND)} s"


def unanswerable(operation: Operation) -> set[OfferVerb]:
    """Answers that this operation does not ask for now."""
    counts, paused = bool(operation.rollback_at), operation.state is State.PAUSED
    asks = paused and operation.reason == Reason.IRREVERSIBLE
    no: set[OfferVerb] = set()
    if not counts:
        no.add(V.ROLL_BACK_NOW)
    if not counts and not asks:
        no.add(V.LEAVE)
    if counts:
        no |= {V.PLAN_ROLLBACK, V.SHOW_CHANGES}
    if not paused or asks:
        no |= {V.WATCH_ON, V.ACCEPT}
    if not operation.lock:
        no.add(V.UNLOCK)
    return no


def watching_line(operation: Operation) -> Markup:
    """Line 2 while it is watched: the trouble where there is some, else how far it is."""
    if operation.rollback_at:
        return kit.mark("Rolling back at {}", kit.exactly(operation.rollback_at))
    if operation.note:
        return kit.inert(operation.note, kit.limits.LINE_2)
    serving = kit.mark("Serving {}", kit.rev(operation.serving)) if operation.serving else ""
    return kit.fit([serving, bar(operation)], kit.limits.LINE_2)


def below_watching(operation: Operation) -> list[Markup]:
    """Why it is about to be rolled back; a person can still stop that."""
    if not operation.rollback_at:
        return []
    return [kit.mark("Why: {}", kit.inert(operation.note, WIDE)), Markup("Nothing is undone before then.")]


def below_paused(operation: Operation) -> list[Markup]:
    """What a person has to know before they answer."""
    held = Markup("Other deploys wait until somebody decides.")
    if operation.reason != Reason.IRREVERSIBLE:
        return [kit.inert(operation.note, 200), held]
    left = kit.inert(operation.not_undone, WIDE)
    return [kit.inert(operation.note, WIDE), kit.mark("{} A rollback will not undo {}", WARN, left), held]


def kept_out(operation: Operation) -> list[Markup]:
    """What a rollback left as it is, and what is forbidden since; nothing where neither holds."""
    left = kit.mark("{} Not undone: {}", WARN, kit.inert(operation.not_undone, WIDE)) if operation.not_undone else ""
    locked = kit.mark("{} Locked, and {} is in quarantine", LOCKED, kit.rev(operation.revision))
    return [line for line in (kit.inert(left), locked if operation.lock else Markup("")) if line]


def what_failed(operation: Operation) -> Markup:
    """Line 2 of a failed verification: what was seen."""
    return kit.inert(operation.note.partition(". ")[0], kit.limits.LINE_2)


def what_followed(operation: Operation) -> Markup:
    """Why it was not rolled back by itself, or what would have been done; nothing where that needs no words."""
    rest = operation.note.partition(". ")[2] if operation.reason == Reason.UNHEALTHY else ""
    return kit.inert(rest, 400)
