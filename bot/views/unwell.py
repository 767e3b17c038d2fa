"""Messages around a failed verification: the call before a rollback, and what came of people's answers."""

from collections.abc import Iterable, Sequence

from bot.domain.locks import Lock, Quarantine
from bot.domain.messages import Message
from bot.domain.operations import Operation
from bot.domain.plans import Offer, OfferVerb
from bot.domain.terms import Target, short
from bot.views import kit
from bot.views.faces import UNHEALTHY, headline, names_within, place
from bot.views.health import watching_line
from bot.views.kit import Markup
from bot.views.notices import notice
from bot.views.offers import as_button, pick

V = OfferVerb


def call(
    operation: Operation,
    *,
    owners: Sequence[str] = (),
    offers: Iterable[Offer] = (),
    names: kit.Names = kit.NO_NAMES,
) -> Message:
    """It failed and is rolled back by itself unless somebody says no: said in the thread and in the channel, so that it is heard."""
    del names
    lines = [
        headline(UNHEALTHY, operation.target),
        watching_line(operation),
        kit.mark("Why: {}", kit.inert(operation.note, 200)),
    ]
    called = [kit.mention(operation.who.user), *(kit.known_mention(owner) for owner in owners)]
    row = kit.actions(as_button(offer, operation.target) for offer in pick(offers, V.ROLL_BACK_NOW, V.LEAVE))
    text = kit.sentences(f"Unhealthy: {place(operation.target)}", kit.said(lines[1]), kit.spoken(operation.note, 160))
    ring = kit.join(list(dict.fromkeys(called)), " ")
    return kit.message(text, [kit.section(*lines), kit.context(ring), row], broadcast=True)


def answered(operation: Operation, verb: OfferVerb) -> Message:
    """What an answer did."""
    number = kit.number_of(operation.id)
    words = {
        V.WATCH_ON: kit.mark("{} is watched once more, from the beginning.", number),
        V.ACCEPT: kit.mark("{} is accepted as it is: live, not verified.", number),
        V.LEAVE: kit.mark("{} is not rolled back. It stays unhealthy until somebody mends it.", number),
        V.ROLL_BACK_NOW: kit.mark("{} is rolled back now.", number),
    }
    return notice(words[verb])


def too_late(operation: Operation, command: str) -> Message:
    """Somebody or something was faster."""
    line = kit.mark("That question about {} is answered already: nothing was done.", kit.number_of(operation.id))
    look = f"{command} status {operation.target.service} {operation.target.environment}"
    return notice(line, kit.mark("Look: {}", kit.code(look, 120)))


def unlock_question(target: Target, lock: str, offers: Sequence[Offer]) -> Message:
    """Unlock…: why it is locked; `offers` are UNLOCK_NOW and DISMISS."""
    service, environment = names_within(target, 32)
    title = kit.mark("Unlock {} → {}?", service, environment)
    why = kit.inert(lock, 300)
    more = Markup("Its revision stays in quarantine until that is lifted too.")
    row = kit.actions(as_button(offer, target) for offer in pick(offers, V.UNLOCK_NOW))
    text = kit.sentences(f"Unlock {place(target)}?", kit.spoken(lock, 200))
    return kit.message(text, [kit.section(title, why, more), row])


def unlocked(target: Target, released: Sequence[Lock], kept: Sequence[Quarantine], command: str) -> Message:
    """The target is free; what is still in quarantine, and how to lift that."""
    if not released:
        return notice(
            kit.mark("{} is not locked by a failed verification: nothing was done.", str(target)), _kept(kept, command)
        )
    return notice(kit.mark("Unlocked: {}.", str(target)), _kept(kept, command))


def _kept(kept: Sequence[Quarantine], command: str) -> Markup:
    if not kept:
        return Markup("")
    target = kept[0].target
    names = ", ".join(short(each.revision) for each in kept[:3])
    line = f"{command} unlock {target.service} {target.environment} {short(kept[0].revision)}"
    return kit.mark("Still in quarantine: {}. To lift that: {}", names, kit.code(line, 120))


def lifted(found: Quarantine) -> Message:
    """A revision may be deployed there again."""
    return notice(
        kit.mark("{} may be deployed to {} again.", kit.rev(found.revision), str(found.target)),
        kit.mark("It was in quarantine since {}: {}", kit.number_of(found.operation), kit.inert(found.reason, 200)),
    )


def not_in_quarantine(target: Target, word: str, kept: Sequence[Quarantine], command: str) -> Message:
    """That revision is not kept out, or more than one begins so."""
    return notice(
        kit.mark(
            "No single revision in quarantine in {} begins with {}: nothing was done.", str(target), kit.code(word, 40)
        ),
        _kept(kept, command),
    )
