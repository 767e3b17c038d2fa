"""Questions that come before something drastic."""

from collections.abc import Sequence

from bot.domain.messages import Message
from bot.domain.operations import Operation, State
from bot.domain.plans import Offer, OfferVerb
from bot.views import kit
from bot.views.faces import face_of, names_within, place
from bot.views.kit import Markup
from bot.views.offers import Wording, as_button, pick

NOT_STARTED = frozenset({State.QUEUED, State.AWAITING_APPROVAL})
TAKE_OUT = Wording(label="Take it out", spoken="Take out of the queue:")
LEAVE = Wording(label="Leave it", spoken="Leave in the queue:")
FINISH = Wording(label="Let it finish", spoken="Let it finish:")


def stop_question(operation: Operation, offers: Sequence[Offer], *, names: kit.Names = kit.NO_NAMES) -> Message:
    """Stop…: what stopping means now; `offers` are STOP_NOW and DISMISS."""
    service, environment = names_within(operation.target, 34)
    title = kit.mark("Stop {} → {}?", service, environment)
    asker = kit.inert(kit.name_of(operation.who, names), 24)
    waits = operation.state in NOT_STARTED
    row = [
        as_button(offer, operation.target, TAKE_OUT if waits else None) for offer in pick(offers, OfferVerb.STOP_NOW)
    ]
    row += [as_button(offer, operation.target, LEAVE if waits else FINISH) for offer in pick(offers, OfferVerb.DISMISS)]
    line = _what_stopping_means(operation)
    blocks = [
        kit.section(title, line),
        kit.context(asker, kit.rev(operation.revision), kit.number_of(operation.id)),
        kit.actions(row),
    ]
    return kit.message(kit.sentences(f"Stop {place(operation.target)}?", kit.said(line)), blocks)


def _what_stopping_means(operation: Operation) -> Markup:
    if operation.state in NOT_STARTED:
        return Markup("It has not started: it is only taken out of the queue.")
    name = operation.progress[2]
    if name:
        return kit.mark("Step {} is running. Stopping may leave it half done.", kit.inert(name, 40))
    return kit.mark("It is {}. Stopping may leave it half done.", face_of(operation).word.lower())
