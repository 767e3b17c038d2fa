"""A digest: at most a dozen lines that say what is news, everything else below them; the same edition gives the same bytes."""

from collections.abc import Iterable, Sequence

from bot.domain.digests import Edition, Held, Part, Running, Shipped, Told, Trend, Why
from bot.domain.lags import Lag
from bot.domain.messages import Block, Message
from bot.domain.operations import State
from bot.domain.plans import Offer
from bot.domain.terms import Millis, Target
from bot.views import kit
from bot.views.faces import FACES
from bot.views.kit import Markup
from bot.views.metrics import share_words, span_words

NAMED = 3  # of a kind in one line
LINES = 120  # of the thread
BECAUSE = {
    Why.CONFIGURED: "You get this because `digests.{}` says so",
    Why.USUAL: "Each service's channel gets this on workdays",
    Why.CHANNEL: "Somebody asked for this here",
    Why.PERSON: "You asked for this",
}


def digest(edition: Edition, rights: Iterable[Offer] = (), *, command: str = "/ops") -> Message:
    """The message itself: what, then why one gets it and how to stop it, as its last line."""
    parts = [kit.mark("*{}* {}", _LABELS[part], line) for part in edition.parts if (line := _line(edition, part))]
    lines = parts or [Markup("All quiet: nothing ran, nothing waits.")]
    stop = [_stop_button(each) for each in rights if not each.used_at]
    blocks: list[Block | None] = [
        kit.section(_title(edition), *lines),
        kit.actions(stop),
        kit.context(_why(edition, command)),
    ]
    return kit.message(_text(edition), blocks)


def rest(edition: Edition) -> Message | None:
    """Every row behind the numbers, for the thread; None where the message has said it all."""
    lines = [*_rows(edition, short_enough=True)]
    if not lines:
        return None
    blocks = [kit.section(*lines[at : at + 10]) for at in range(0, min(len(lines), LINES), 10)]
    more = kit.context(f"+ {kit.number(len(lines) - LINES)} more") if len(lines) > LINES else None
    return kit.message(kit.sentences("The rows behind the digest"), [*blocks, more])


def rows(edition: Edition) -> Message:
    """`digest why 12`: the rows behind every number of that edition, and why somebody got it."""
    lines = [_title(edition), *_rows(edition, short_enough=False)]
    if len(lines) == 1:
        lines.append(Markup("It had no numbers: all was quiet."))
    blocks = [kit.section(*lines[at : at + 10]) for at in range(0, min(len(lines), LINES), 10)]
    more = f"+ {kit.number(len(lines) - LINES)} more" if len(lines) > LINES else ""
    small = kit.mark("{} · {} {}", _because(edition), edition.schedule, kit.mark("({})", edition.zone))
    return kit.message(kit.sentences(f"The rows behind digest {edition.id}"), [*blocks, kit.context(small, more)])


def no_such_edition(number: int) -> Message:
    """Forgotten, or never there."""
    return kit.message(
        kit.sentences(f"There is no digest {number}"),
        [kit.section(kit.mark("There is no digest {}: it was forgotten, or never told.", number))],
    )


def _title(edition: Edition) -> Markup:
    late = kit.mark("late: due {}, told {}", kit.when(edition.at), kit.when(edition.told_at)) if edition.late else ""
    return kit.join([kit.bold(edition.title), f"since {edition.since_words}", late])


_LABELS = {
    Part.NOW: "Now",
    Part.SINCE_LAST: "Shipped",
    Part.WAITING: "Waiting",
    Part.HOLDS: "Holds",
    Part.DELIVERY: "Trend",
}


def _line(edition: Edition, part: Part) -> Markup:
    found = edition.findings
    if part is Part.NOW:
        return _now(found.running)
    if part is Part.SINCE_LAST:
        return _shipped(found.shipped, found.elsewhere)
    if part is Part.WAITING:
        return _waiting(found.waiting)
    if part is Part.HOLDS:
        return _held(found.held)
    return _trends(found.trends)


def _now(running: Sequence[Running]) -> Markup:
    urgent = sorted(running, key=lambda each: (each.state is not State.NEEDS_HUMAN, each.operation))
    told = [
        kit.mark("{} {} {}", FACES[each.state].word.lower(), _place(each.target), kit.number_of(each.operation))
        for each in urgent[:NAMED]
    ]
    return kit.join([*told, _more(len(running))])


def _shipped(shipped: Sequence[Shipped], elsewhere: int) -> Markup:
    """9 deploys to production: web 5, api 3, billing 1 · 1 failed (#12) · 1 rolled back (#1287)."""
    good = sum(len(each.good) for each in shipped)
    by = [f"{kit.middle(each.service, 24)} {len(each.good)}" for each in shipped if each.good]
    failed = [number for each in shipped for number in each.failed]
    back = [number for each in shipped for number in each.back]
    names = ", ".join(by[:NAMED]) + (f" and {len(by) - NAMED} more" if len(by) > NAMED else "")
    return kit.join(
        [
            kit.mark("{} to production: {}", kit.plural(good, "deploy"), names) if good else "",
            f"{len(failed)} failed ({_numbers(failed)})" if failed else "",
            f"{len(back)} rolled back ({_numbers(back)})" if back else "",
            f"{kit.number(elsewhere)} outside production" if elsewhere and shipped else "",
        ]
    )


def _waiting(waiting: Sequence[Lag]) -> Markup:
    behind = [each for each in waiting if each.behind]
    unread = len(waiting) - len(behind)
    told = [
        kit.mark(
            "{}: {} not live{}", kit.middle(each.target.service, 24), kit.plural(each.changes, "change"), _oldest(each)
        )
        for each in behind[:NAMED]
    ]
    return kit.join([*told, _more(len(behind)), f"{unread} could not be read" if unread and behind else ""])


def _oldest(lag: Lag) -> Markup:
    if not lag.oldest_at:
        return Markup("")
    return kit.mark(", oldest {} of {}", lag.oldest, kit.when(lag.oldest_at))


def _held(held: Sequence[Held]) -> Markup:
    told = [
        kit.mark("{} locked since {}: “{}”", _scope(each), kit.when(each.since), kit.inert(each.reason, 60))
        for each in held[:NAMED]
    ]
    return kit.join([*told, _more(len(held))])


def _trends(trends: Sequence[Trend]) -> Markup:
    told = [kit.mark("{}: {}", _place(each.target), _trend(each)) for each in trends[:NAMED]]
    return kit.join([*told, _more(len(trends))])


def _trend(found: Trend) -> str:
    lead = f", lead time {span_words(found.lead)}" if found.lead else ""
    was = f", was {span_words(found.lead_before)}" if found.lead and found.lead_before else ""
    return f"{kit.plural(found.shipped, 'deploy')} in 28 days, were {found.before}{lead}{was}, failed {share_words(found.fails)}"


def _rows(edition: Edition, *, short_enough: bool) -> list[Markup]:
    """With `short_enough` only of what the message had no room for."""
    found = edition.findings
    lines: list[Markup] = []
    if not short_enough or len(found.running) > NAMED:
        lines += [
            kit.mark("{} · {} {}", FACES[each.state].word, _place(each.target), kit.number_of(each.operation))
            for each in found.running
        ]
    if not short_enough or len(found.shipped) > NAMED or any(each.count > NAMED for each in found.shipped):
        lines += [_shipped_row(each) for each in found.shipped]
    if not short_enough or len([each for each in found.waiting if each.behind]) > NAMED or _unread(found.waiting):
        lines += [_waiting_row(each) for each in found.waiting]
    if not short_enough or len(found.held) > NAMED:
        lines += [kit.mark("Locked · {}: {}", _scope(each), kit.inert(each.reason, 200)) for each in found.held]
    if not short_enough or len(found.trends) > NAMED:
        lines += [kit.mark("{} · {}", _place(each.target), _trend(each)) for each in found.trends]
    return lines


def _unread(waiting: Sequence[Lag]) -> bool:
    return any(each.unread for each in waiting)


def _shipped_row(found: Shipped) -> Markup:
    return kit.join(
        [
            kit.bold(found.service, 40),
            f"live {_numbers(found.good, 12)}" if found.good else "",
            f"failed {_numbers(found.failed, 12)}" if found.failed else "",
            f"rolled back {_numbers(found.back, 12)}" if found.back else "",
        ]
    )


def _waiting_row(found: Lag) -> Markup:
    if found.unread:
        return kit.mark("{} · could not be read: {}", _place(found.target), kit.inert(found.unread, 120))
    title = kit.mark(" {}", kit.inert(found.title, 80)) if found.title else Markup("")
    return kit.mark(
        "{} · {} not live{}{}", _place(found.target), kit.plural(found.changes, "change"), _oldest(found), title
    )


def _numbers(numbers: Sequence[int], most: int = NAMED) -> str:
    shown = ", ".join(f"#{each}" for each in numbers[:most])
    return f"{shown} and {len(numbers) - most} more" if len(numbers) > most else shown


def _place(target: Target) -> Markup:
    return kit.mark("{} → {}", kit.middle(target.service, 24), kit.middle(target.environment, 20))


def _scope(held: Held) -> Markup:
    return kit.mark(
        "{} · {}", kit.middle(held.service or "all services", 24), kit.middle(held.environment or "everywhere", 20)
    )


def _more(count: int) -> str:
    return f"+ {kit.number(count - NAMED)} more" if count > NAMED else ""


def _because(edition: Edition) -> Markup:
    why = BECAUSE[edition.why]
    return kit.sentence(why.format(edition.name).replace("`", ""))


def _why(edition: Edition, command: str) -> Markup:
    """The last line. What the file says is stopped there; everything else with a command."""
    stop = kit.mark("stop: {}", kit.code(f"{command} digest unsubscribe"))
    rows = kit.mark("the rows: {}", kit.code(f"{command} digest why {edition.id}")) if edition.id else ""
    return kit.join([_because(edition), stop, rows])


def _stop_button(offer: Offer) -> Block:
    return kit.button(offer, "Stop these", accessible="Stop these digests")


def _text(edition: Edition) -> str:
    found = edition.findings
    good = sum(len(each.good) for each in found.shipped)
    bad = sum(len(each.failed) + len(each.back) for each in found.shipped)
    behind = [each for each in found.waiting if each.behind]
    late = "This comes late" if edition.late else ""
    if found.empty:
        return kit.sentences(f"Digest since {edition.since_words}: all quiet", late)
    return kit.sentences(
        f"Digest since {edition.since_words}: {kit.plural(good, 'deploy')} to production, {bad} failed or rolled back",
        f"{kit.plural(len(behind), 'service')} with changes that are not live" if behind else "",
        f"{kit.plural(len(found.running), 'operation')} under way" if found.running else "",
        late,
    )


def preview(edition: Edition, at: Millis, *, command: str = "/ops") -> Message:
    """The next one as it would be now, and when it comes."""
    made = digest(edition, command=command)
    quiet = " Nothing is posted while there is nothing to tell." if edition.findings.empty else ""
    blocks = [*made.blocks, kit.context(kit.mark("The next one comes {}.{}", kit.when(at), Markup(quiet)))]
    return kit.message(made.text, blocks)


def none_comes(command: str) -> Message:
    """No digest comes to this place."""
    line = kit.mark(
        "No digest comes here. {} brings one on workdays at 09:30.", kit.code(f"{command} digest subscribe")
    )
    return kit.message(kit.sentences("No digest comes here"), [kit.section(line)])


def subscribed(outcome: Told, at: Millis, *, command: str = "/ops") -> Message:
    """Somebody wants digests."""
    if outcome is Told.SHARED:
        return _shared()
    first = "Changed: the next one comes" if outcome is Told.CHANGED else "The first one comes"
    stop = kit.mark("stop: {}", kit.code(f"{command} digest unsubscribe"))
    line = kit.mark("{} {}. What it would say now: {}", first, kit.when(at), kit.code(f"{command} digest preview"))
    return kit.message(kit.sentences("Digests will come"), [kit.section(line), kit.context(stop)])


def unsubscribed(outcome: str, *, command: str = "/ops") -> Message:
    """Somebody does not want them any more."""
    if outcome == Told.SHARED:
        return _shared()
    words = {
        Told.STOPPED: "Stopped: no digest comes here any more. {} brings it back.",
        Told.NONE: "No digest comes here, so nothing to stop. {} brings one.",
        Told.ELSEWHERE: "That digest belongs to another place: stop it there. {} is for this one.",
    }[Told(outcome)]
    line = kit.sentence(words.format(f"`{command} digest subscribe`"))
    return kit.message(kit.sentences(kit.visible(line)), [kit.section(line)])


def _shared() -> Message:
    words = "This channel is shared with another workspace, where Quarterdeck only reads: it posts no digest there."
    return kit.message(kit.sentences(words), [kit.section(kit.inert(words, 200))])
