"""The card: one message per operation, edited in place; three lines and at most three buttons."""

from collections.abc import Iterable

from bot.domain.leases import Deployment
from bot.domain.messages import Block, Message
from bot.domain.operations import Operation, State
from bot.domain.plans import Offer, OfferVerb
from bot.views import kit
from bot.views.card_lines import lines_below, second_line
from bot.views.card_speech import card_text
from bot.views.faces import OBSERVED, face_of, headline, place
from bot.views.health import bar
from bot.views.kit import Markup
from bot.views.offers import AGAIN, LEAVE_QUEUE, Wording, as_button, decisions, pick

V = OfferVerb
ROWS: dict[State, tuple[OfferVerb, ...]] = {
    State.AWAITING_APPROVAL: (V.APPROVE, V.REJECT, V.STOP),
    State.QUEUED: (V.STOP,),
    State.TRIGGERING: (V.STOP,),
    State.RUNNING: (V.PLAN_ROLLBACK, V.STOP),
    State.VERIFYING: (V.ROLL_BACK_NOW, V.LEAVE, V.SHOW_CHANGES, V.PLAN_ROLLBACK, V.STOP),
    State.UNKNOWN: (V.PLAN_ROLLBACK,),
    State.PAUSED: (V.WATCH_ON, V.ACCEPT, V.LEAVE, V.PLAN_ROLLBACK),
    State.CANCELLING: (V.PLAN_ROLLBACK,),
    State.ROLLING_BACK: (),
    State.NEEDS_HUMAN: (V.DECIDE, V.SHOW_LOG, V.PLAN_ROLLBACK),
    State.SUCCEEDED: (V.SHOW_CHANGES, V.PLAN_ROLLBACK),
    State.FAILED: (V.SHOW_LOG, V.PLAN_DEPLOY, V.PLAN_ROLLBACK),
    State.ROLLED_BACK: (V.UNLOCK, V.SHOW_LOG, V.PLAN_DEPLOY),
    State.CANCELLED: (V.SHOW_LOG, V.PLAN_DEPLOY, V.PLAN_ROLLBACK),
    State.REJECTED: (V.PLAN_DEPLOY,),
    State.EXPIRED: (V.PLAN_DEPLOY,),
    State.SUPERSEDED: (V.SHOW_LOG,),
}
"""Which offers a card shows, in this order: expected, informative, drastic last. Offers that do not exist are left out."""

_LOOKS: dict[tuple[State, OfferVerb], Wording] = {
    (State.QUEUED, V.STOP): LEAVE_QUEUE,
    (State.AWAITING_APPROVAL, V.STOP): Wording(label="Withdraw", spoken="Withdraw"),
    (State.CANCELLED, V.PLAN_DEPLOY): AGAIN,
    (State.ROLLED_BACK, V.PLAN_DEPLOY): AGAIN,
    (State.REJECTED, V.PLAN_DEPLOY): AGAIN,
    (State.EXPIRED, V.PLAN_DEPLOY): AGAIN,
}


def operation_card(
    operation: Operation,
    offers: Iterable[Offer] = (),
    *,
    names: kit.Names = kit.NO_NAMES,
    looked_at: tuple[str, ...] = (),
) -> Message:
    """The card of an operation in any state.

    `names` gives display names by user id (a card never mentions: a mention would ring); `looked_at` says in words where an
    answer was looked for, shown while the outcome is unknown.
    """
    shown = shown_offers(operation, tuple(offers))
    lines = [headline(face_of(operation), operation.target), second_line(operation, names)]
    blocks = [
        kit.section(*lines, *lines_below(operation, looked_at)),
        kit.context(*context_of(operation, names)),
        buttons_of(operation, shown),
    ]
    return kit.message(card_text(operation, names), blocks, material=material_of(operation, shown, looked_at))


def shown_offers(operation: Operation, offers: tuple[Offer, ...]) -> list[Offer]:
    """The offers that get a button in this state, in their order."""
    if operation.state is State.NEEDS_HUMAN and decisions(offers):
        return decisions(offers)[: kit.limits.BUTTONS]
    return pick(offers, *ROWS[operation.state])[: kit.limits.BUTTONS]


def buttons_of(operation: Operation, offers: list[Offer]) -> Block | None:
    """The row of buttons."""
    return kit.actions(
        as_button(offer, operation.target, _LOOKS.get((operation.state, offer.verb))) for offer in offers
    )


def context_of(operation: Operation, names: kit.Names) -> list[str]:
    """Line 3: who, revision, changes, when, run, number."""
    asker = Markup("by itself") if operation.automatic else kit.inert(kit.name_of(operation.who, names), 24)
    changes = (
        kit.plural(operation.changes, "change") if operation.changes and operation.state is not State.SUCCEEDED else ""
    )
    run = kit.link(operation.run_url, "run") if operation.run_url else ""
    ended = kit.when(operation.finished_at)
    return [asker, kit.rev(operation.revision), changes, ended, run, kit.number_of(operation.id)]


def material_of(operation: Operation, offers: Iterable[Offer], looked_at: tuple[str, ...] = ()) -> list[object]:
    """The facts whose change people must see; times, names of people and the version counter are not among them."""
    return [
        operation.id,
        operation.state,
        operation.revision,
        operation.progress,
        operation.note,
        operation.reason,
        operation.effect,
        operation.serving,
        operation.verified,
        operation.attempt,
        operation.because,
        operation.change_line,
        operation.changes,
        operation.run_url,
        operation.parent_id,
        operation.child_id,
        operation.stop_asked_by.user if operation.stop_asked_by else "",
        bar(operation),
        operation.rollback_at,
        operation.lock,
        operation.not_undone,
        operation.automatic,
        operation.unclaimed,
        [offer.id for offer in offers],
        looked_at,
    ]


def observed_card(
    deployment: Deployment, *, changes: int = 0, offers: Iterable[Offer] = (), said_by: str = "", number: int = 0
) -> Message:
    """The card of a deployment that was not made from here; `by` of the deployment says whose it was, as far as known."""
    shown = pick(offers, V.SHOW_CHANGES, V.PLAN_ROLLBACK)
    live = kit.mark("Live: {}, not deployed from here", kit.rev(deployment.revision))
    by = kit.inert(deployment.by, 60)
    count = kit.plural(changes, "change") if changes else ""
    said = kit.mark("{} says so", kit.inert(said_by, 30)) if said_by else ""
    facts = [by, count, said, kit.when(deployment.since), kit.number_of(number) if number else ""]
    blocks = [
        kit.section(headline(OBSERVED, deployment.target), live),
        kit.context(*facts) if any(facts) else None,
        kit.actions(as_button(offer, deployment.target) for offer in shown),
    ]
    text = kit.sentences(
        f"Observed: {place(deployment.target)}, version {kit.said(kit.rev(deployment.revision))}",
        "It was not deployed from here",
    )
    material = [deployment.target, deployment.revision, deployment.by, changes, number, [offer.id for offer in shown]]
    return kit.message(text, blocks, material=material)
