"""What stands on the button of an offer: one word, one meaning; "…" where something is asked first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.messages import Block
from bot.domain.plans import Offer, OfferVerb
from bot.domain.terms import Action, Target
from bot.views import kit

ANSWERS = {"succeeded": "It succeeded…", "failed": "It failed…", "cancelled": "It never started…"}
"""What a person can say of an operation that needs a decision; an offer carries the answer in `body["answer"]`."""

DOING: Mapping[Action, str] = {Action.DEPLOY: "Deploy", Action.ROLLBACK: "Roll back", Action.PROMOTE: "Promote"}


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A label, what a screen reader adds the target to, and the look."""

    label: str
    spoken: str
    style: kit.Style | None = None


WORDS: Mapping[OfferVerb, Wording] = {
    OfferVerb.CONFIRM: Wording(label="Confirm", spoken="Confirm", style="primary"),
    OfferVerb.DECLINE: Wording(label="Not now", spoken="Not now"),
    OfferVerb.SHOW_CHANGES: Wording(label="Changes", spoken="Show the changes of"),
    OfferVerb.SHOW_LOG: Wording(label="Log", spoken="Show the log of"),
    OfferVerb.ADOPT: Wording(label="Adopt what is live", spoken="Record as good what is live:"),
    OfferVerb.STOP: Wording(label="Stop…", spoken="Stop", style="danger"),
    OfferVerb.STOP_NOW: Wording(label="Stop it", spoken="Stop at once:", style="danger"),
    OfferVerb.DECIDE: Wording(label="Decide…", spoken="Decide what became of"),
    OfferVerb.APPROVE: Wording(label="See plan and approve…", spoken="See the plan and approve:", style="primary"),
    OfferVerb.REJECT: Wording(label="Reject…", spoken="Reject"),
    OfferVerb.AGREE: Wording(label="It never started…", spoken="Say as well that it never started:"),
    OfferVerb.WATCH_ON: Wording(label="Continue watching", spoken="Watch once more:"),
    OfferVerb.ACCEPT: Wording(label="Accept as it is", spoken="Accept as it is:"),
    OfferVerb.ROLL_BACK_NOW: Wording(label="Roll back now", spoken="Roll back at once:"),
    OfferVerb.LEAVE: Wording(label="Don't roll back", spoken="Do not roll back"),
    OfferVerb.UNLOCK: Wording(label="Unlock…", spoken="Unlock"),
    OfferVerb.UNLOCK_NOW: Wording(label="Unlock", spoken="Unlock at once:"),
    OfferVerb.RELEASE: Wording(label="Release", spoken="Release"),
    OfferVerb.PLAN_ROLLBACK: Wording(label="Roll back…", spoken="Roll back"),
    OfferVerb.PLAN_DEPLOY: Wording(label="Try again…", spoken="Plan a new deploy of"),
    OfferVerb.SUGGEST: Wording(label="Try this…", spoken="Use"),
    OfferVerb.DISMISS: Wording(label="Dismiss", spoken="Dismiss"),
}
AGAIN = Wording(label="Plan again…", spoken="Plan a new deploy of")
LEAVE_QUEUE = Wording(label="Leave the queue", spoken="Take out of the queue")
ALL_CHANGES = Wording(label="All changes", spoken="Show all changes of")


def open_offers(offers: Iterable[Offer]) -> list[Offer]:
    """Those that can still be used."""
    return [offer for offer in offers if not (offer.single_use and offer.used_at)]


def pick(offers: Iterable[Offer], *verbs: OfferVerb) -> list[Offer]:
    """The first open offer of each verb, in this order."""
    usable = open_offers(offers)
    found = (
        next((offer for offer in usable if offer.verb is verb and "answer" not in offer.body), None) for verb in verbs
    )
    return [offer for offer in found if offer]


def decisions(offers: Iterable[Offer]) -> list[Offer]:
    """The open offers that carry an answer, in the order people read them."""
    usable = open_offers(offers)
    return [offer for answer in ANSWERS for offer in usable if offer.body.get("answer") == answer]


def as_button(offer: Offer, target: Target, wording: Wording | None = None) -> Block:
    """The button of an offer about a target."""
    answer = ANSWERS.get(offer.body.get("answer", ""))
    if answer:
        return kit.button(offer, answer, accessible=f"{answer.rstrip('…')}: {_where(target)}")
    words = wording or WORDS.get(offer.verb, Wording(label=str(offer.verb).capitalize(), spoken=str(offer.verb)))
    return kit.button(offer, words.label, accessible=f"{words.spoken} {_where(target)}", style=words.style)


def confirm_button(
    offer: Offer, action: Action, target: Target, *, asks: str = "", adding: Sequence[str] = ()
) -> Block:
    """The primary button of a plan: what it does and where, or with which newly arrived change.

    With `asks` it opens a form first, which is what "…" says.
    """
    doing = DOING[action]
    where = kit.middle(kit.bare(target.environment), 30)
    if adding:
        words = f"{doing} with {adding[0]}" + (f" and {len(adding) - 1} more" if len(adding) > 1 else "")
    else:
        words = f"{doing} {where}" if action is Action.ROLLBACK else f"{doing} to {where}"
    label = f"{words}…" if asks else words
    return kit.button(offer, label, accessible=f"{doing} {_where(target)}", style="primary")


def suggestion_buttons(offers: Iterable[Offer]) -> list[Block]:
    """Up to three suggestions; a label in `body["label"]` says what would be tried, and nothing happens before it is shown."""
    usable = [offer for offer in open_offers(offers) if offer.verb is OfferVerb.SUGGEST]
    return [_suggestion(offer) for offer in usable[: kit.limits.BUTTONS]]


def _suggestion(offer: Offer) -> Block:
    words = kit.cap(kit.bare(offer.body.get("label") or offer.body.get("command") or "Try this"), 40).rstrip("…")
    command = offer.body.get("command", "")
    return kit.button(offer, f"{words}…", accessible=f"Use {command or words} instead")


def _where(target: Target) -> str:
    return f"{kit.middle(kit.bare(target.service), 24)} in {kit.middle(kit.bare(target.environment), 20)}"
