"""What is written into a card's thread: news that rings, steps and logs that do not."""

from collections.abc import Callable, Iterable, Sequence

from bot.domain.messages import Message
from bot.domain.operations import Effect, Operation, State
from bot.domain.plans import Offer, OfferVerb
from bot.domain.terms import Action, Identity, short
from bot.views import kit
from bot.views.card_lines import effect_line, gone_line, second_line, serving_line
from bot.views.commands import as_code
from bot.views.faces import face_of, headline, place
from bot.views.health import kept_out
from bot.views.kit import Markup
from bot.views.offers import as_button, decisions, pick
from bot.views.rings import Form, Whom, ring_of

LOG_LINES = 30
PAUSED = (OfferVerb.WATCH_ON, OfferVerb.ACCEPT, OfferVerb.LEAVE, OfferVerb.PLAN_ROLLBACK)
LOG_WIDTH = 160
LOG_TEXT = 2_400


News = Callable[[Operation, tuple[str, ...], tuple[Offer, ...], kit.Names], Message]


def ringing(
    operation: Operation, *, owners: Sequence[str] = (), offers: Iterable[Offer] = (), names: kit.Names = kit.NO_NAMES
) -> Message | None:
    """The thread reply of the state an operation is in now, or None where the card's edit is enough.

    `owners` are mentions (`<@U…>`, `<!subteam^S…>`) of who else is called where the table says so.
    """
    make = NEWS.get(operation.state)
    return make(operation, tuple(owners), tuple(offers), names) if make else None


def called(operation: Operation, owners: Sequence[str], *, later: bool = False) -> list[Markup]:
    """Whom the ring table calls now; `later` is the second call of a moment that lasts."""
    whom = ring_of(operation).whom
    asker = [kit.mention(operation.who.user)]
    also = [kit.known_mention(owner) for owner in owners if kit.known_mention(owner) not in asker]
    if whom is Whom.ASKER_AND_OWNERS or (whom is Whom.ASKER_THEN_OWNERS and later):
        return [*asker, *also]
    return asker if whom in {Whom.ASKER, Whom.ASKER_THEN_OWNERS} else []


def _finished(operation: Operation, owners: tuple[str, ...], offers: tuple[Offer, ...], names: kit.Names) -> Message:  # noqa: ARG001 (one shape)
    face = face_of(operation)
    line = kit.join([kit.mark("{}.", face.word), *called(operation, owners)], " ")
    detail = f"{face.word}: {place(operation.target)}, version {short(operation.revision)}"
    gone = gone_line(operation) if operation.action is Action.ROLLBACK else Markup("")
    return kit.message(kit.sentences(detail, kit.said(gone)), [kit.section(line, gone)])


def _went_wrong(operation: Operation, owners: tuple[str, ...], offers: tuple[Offer, ...], names: kit.Names) -> Message:
    failed = operation.state is State.FAILED
    lines = [
        headline(face_of(operation), operation.target),
        second_line(operation, names),
        *([serving_line(operation, unasked=True), effect_line(operation)] if failed else [gone_line(operation)]),
        *kept_out(operation),
        next_step(operation),
    ]
    calls = kit.join(called(operation, owners), " ")
    text = kit.sentences(
        f"{face_of(operation).word}: {place(operation.target)}", kit.said(lines[1]), kit.said(lines[2])
    )
    row = kit.actions(
        as_button(offer, operation.target) for offer in pick(offers, OfferVerb.SHOW_LOG, OfferVerb.PLAN_ROLLBACK)
    )
    broadcast = ring_of(operation).form is Form.BROADCAST
    return kit.message(text, [kit.section(*lines), kit.context(calls) if calls else None, row], broadcast=broadcast)


def next_step(operation: Operation) -> Markup:
    """What to do now, as a command to type."""
    if operation.state is State.ROLLED_BACK:
        return Markup("Next: find out why before it is deployed again.")
    if operation.effect is Effect.NONE:
        return kit.mark("Next: {}", as_code(operation.action, operation.target))
    if operation.serving and operation.serving == operation.previous:
        return kit.mark("Next: look at the log, mend it, then {}", as_code(operation.action, operation.target))
    return kit.mark("Next: {}", as_code(Action.ROLLBACK, operation.target))


def _asks_for_help(
    operation: Operation, owners: tuple[str, ...], offers: tuple[Offer, ...], names: kit.Names
) -> Message:
    return asks_for_help(operation, owners=owners, offers=offers, names=names, later=False)


def asks_for_help(
    operation: Operation,
    *,
    owners: Sequence[str] = (),
    offers: Iterable[Offer] = (),
    names: kit.Names = kit.NO_NAMES,
    later: bool,
) -> Message:
    """Outcome unknown for too long, or a decision is needed; `later` is the second call, which includes the owners."""
    lines = [
        headline(face_of(operation), operation.target),
        second_line(operation, names),
        serving_line(operation, unasked=False),
        Markup("The target is held until this is known; nothing is started twice."),
    ]
    calls = kit.join(called(operation, owners, later=later), " ")
    row = kit.actions(as_button(offer, operation.target) for offer in _answers(operation, offers))
    text = kit.sentences(
        f"{face_of(operation).word}: {place(operation.target)}", kit.said(lines[1]), "The target is held"
    )
    return kit.message(text, [kit.section(*lines), kit.context(calls) if calls else None, row])


def reminder(
    operation: Operation,
    *,
    owners: Sequence[str] = (),
    offers: Iterable[Offer] = (),
    names: kit.Names = kit.NO_NAMES,
    last: bool = False,
) -> Message:
    """Nobody has decided yet: said again, ever more rarely; `last` is the last time."""
    since = kit.mark("Waiting for a decision since {}. Others cannot deploy here.", kit.when(operation.changed_at))
    lines = [
        headline(face_of(operation), operation.target),
        second_line(operation, names),
        serving_line(operation, unasked=False),
        since,
        Markup("This is the last reminder.") if last else Markup(""),
    ]
    calls = kit.join(called(operation, owners, later=True), " ")
    row = kit.actions(as_button(offer, operation.target) for offer in decisions(offers))
    text = kit.sentences(
        f"Still waiting for a decision: {place(operation.target)}", kit.said(lines[1]), "The target is held"
    )
    return kit.message(text, [kit.section(*lines), kit.context(calls) if calls else None, row])


def second(
    operation: Operation, first: Identity, because: str, offers: Iterable[Offer], *, open_word: bool, names: kit.Names
) -> Message:
    """One person says that it never started, and a second one has to; or what became of that question."""
    who = kit.inert(kit.name_of(first, names), 30)
    said = kit.mark("{} says that {} never started: {}", who, kit.number_of(operation.id), kit.inert(because, 300))
    shown = pick(offers, OfferVerb.AGREE) if open_word else []
    until = kit.when(shown[0].expires_at) if shown else ""
    asked = (
        kit.mark("In production that takes a second person, until {}.", until) if shown else _second_ended(operation)
    )
    text = kit.sentences(f"{place(operation.target)}: {kit.said(said)}", kit.said(asked))
    row = kit.actions(as_button(offer, operation.target) for offer in shown)
    return kit.message(text, [kit.section(said, asked), row], material=[operation.state, [each.id for each in shown]])


def _second_ended(operation: Operation) -> Markup:
    if operation.state is State.NEEDS_HUMAN:
        return Markup("That word does not count any more: nobody else said so in time. Whoever decides says it again.")
    if operation.state is State.CANCELLED:
        return Markup("Somebody else said so too: the target is free.")
    return kit.mark("That is over: it is {}.", face_of(operation).word.lower())


def _answers(operation: Operation, offers: Iterable[Offer]) -> list[Offer]:
    if operation.state is State.PAUSED:
        return pick(offers, *PAUSED)[: kit.limits.BUTTONS]
    return decisions(offers)


def _not_started(operation: Operation, owners: tuple[str, ...], offers: tuple[Offer, ...], names: kit.Names) -> Message:  # noqa: ARG001 (one shape)
    face = face_of(operation)
    note = kit.inert(operation.note or "Nothing was started.", 600)
    calls = kit.join(called(operation, owners), " ")
    lines = [kit.join([kit.mark("{}.", face.word), calls], " "), note]
    text = kit.sentences(f"{face.word}: {place(operation.target)}", operation.note, "Nothing was started")
    return kit.message(text, [kit.section(*lines)])


NEWS: dict[State, News] = {
    State.SUCCEEDED: _finished,
    State.FAILED: _went_wrong,
    State.ROLLED_BACK: _went_wrong,
    State.UNKNOWN: _asks_for_help,
    State.NEEDS_HUMAN: _asks_for_help,
    State.PAUSED: _asks_for_help,
    State.REJECTED: _not_started,
    State.EXPIRED: _not_started,
}
"""The states that are said and not only shown."""


def opened(operation: Operation, *, typed: str = "", names: kit.Names = kit.NO_NAMES) -> Message:
    """The first thread reply of a card: the command as it was typed, and why."""
    asked = kit.mark("{} typed {}", kit.name_of(operation.who, names), kit.code(typed, 300)) if typed else ""
    if operation.automatic:
        asked = Markup("Begun by itself: verification failed")
    why = kit.mark("Why: {}", kit.inert(operation.because, 500)) if operation.because else ""
    moved = (
        kit.mark("From {} to {}", kit.rev(operation.previous), kit.rev(operation.revision))
        if operation.previous
        else ""
    )
    lines = [kit.inert(line) for line in (asked, moved, why) if line] or [
        kit.mark("Revision {}", kit.rev(operation.revision))
    ]
    return kit.message(kit.sentences(f"Asked for: {place(operation.target)}"), [kit.section(*lines)])


def step(operation: Operation) -> Message:
    """How far the run is, or how far it came; quiet, and edited as it goes."""
    number, of, name = operation.progress
    so_far = "Came to step" if operation.finished else "Step"
    line = kit.mark("{} {} of {}: {}", Markup(so_far), Markup(str(number)), Markup(str(of)), kit.inert(name, 60))
    text = kit.sentences(f"{place(operation.target)}: {kit.said(line)}")
    return kit.message(text, [kit.section(line)], material=[operation.progress, operation.finished])


def log_tail(operation: Operation, lines: Sequence[str], *, redactor: kit.Redactor, cut: int = 0) -> Message:
    """The last lines of a run's output, without secrets; `cut` is how many stand above them."""
    text = f"The last lines of the log of {place(operation.target)}"
    shown, dropped = _tail(redactor.text("\n".join(lines)).splitlines())
    if not shown:
        return kit.message(
            kit.sentences(f"{place(operation.target)}: the run printed nothing"),
            [kit.section(Markup("The run printed nothing."))],
        )
    above = cut + dropped
    heading = kit.join(
        [Markup("*Log*"), f"+ {kit.number(above)} lines above" if above else "", kit.number_of(operation.id)]
    )
    run = kit.link(operation.run_url, "all of it") if operation.run_url else ""
    blocks = [kit.section(heading, kit.fenced(shown)), kit.context(run) if run else None]
    return kit.message(kit.sentences(text), blocks)


def _tail(lines: Sequence[str]) -> tuple[list[str], int]:
    """The last lines that fit, cleaned, and how many were left out."""
    kept: list[str] = []
    room = LOG_TEXT
    cleaned = [line for line in map(kit.clean, lines) if line]
    for line in reversed(cleaned[-LOG_LINES:]):
        shown = kit.cap(kit.redact_shapes(line), LOG_WIDTH)
        room -= len(kit.escape(shown)) + 1
        if room < 0:
            break
        kept.insert(0, shown)
    return kept, len(cleaned) - len(kept)
