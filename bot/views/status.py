"""What is where: exceptions first, one line for each service, everything else in one sentence."""

from collections.abc import Iterable

from bot.domain.facts import Live
from bot.domain.messages import Block, Message
from bot.domain.operations import Operation, State
from bot.domain.plans import Offer, OfferVerb
from bot.domain.status import ServiceStatus, Status, TargetStatus
from bot.domain.terms import Unknown, short
from bot.views import kit
from bot.views.card_lines import second_line
from bot.views.faces import FACES, WARNING, face_of
from bot.views.kit import Markup
from bot.views.offers import as_button, pick, suggestion_buttons

SHOWN = 20
TOGETHER = 10  # lines in one section; a section that is too long would be cut
WARN = Markup(WARNING.emoji)


def status(found: Status, *, command: str = "/ops") -> Message:
    """Services in which something is unusual come first; `others` are fine and only counted."""
    ordered = exceptions_first(found.services)
    lines = [service_line(service) for service in ordered[:SHOWN]]
    left = ordered[SHOWN:]
    unusual = sum(service.exceptional for service in left)
    fine = found.others + len(left) - unusual
    blocks = [kit.section(*lines[at : at + TOGETHER], more="more services") for at in range(0, len(lines), TOGETHER)]
    blocks.append(kit.context(*_below(found, fine, unusual, command)))
    return kit.message(_text(ordered, fine), blocks)


def exceptions_first(services: Iterable[ServiceStatus]) -> list[ServiceStatus]:
    """The order people read them in; otherwise as they came."""
    return sorted(services, key=lambda service: not service.exceptional)


def _below(found: Status, fine: int, unusual: int, command: str) -> list[str]:
    more = f"+ {kit.number(unusual)} more to look at" if unusual else ""
    others = f"{kit.plural(fine, 'other')} {'is' if fine == 1 else 'are'} fine" if fine and found.services else ""
    nothing = "" if found.services else "Everything is fine." if fine else "There is no service here yet."
    return [found.scope, more, others, nothing, kit.code(f"{command} status all")]


def _text(ordered: list[ServiceStatus], fine: int) -> str:
    unusual = [service for service in ordered if service.exceptional]
    if not ordered:
        return kit.sentences("Status: everything is fine" if fine else "Status: there is no service here yet")
    told = [kit.said(service_line(service), 160) for service in (unusual or ordered)[:2]]
    start = f"Status: {kit.plural(len(unusual), 'service')} to look at" if unusual else "Status: nothing unusual"
    return kit.sentences(start, *told)


def service_line(service: ServiceStatus) -> Markup:
    """*web* · production a41c9e2 since yesterday · staging is 6 changes ahead."""
    if not service.targets:
        return kit.mark("{} · has no environment", kit.bold(service.service, 40))
    if service.same and not service.exceptional:
        return kit.mark("{} · same everywhere: {}", kit.bold(service.service, 40), kit.rev(service.targets[0].revision))
    main = service.targets[-1]
    rest = [_brief(target, main) for target in service.targets[:-1]]
    return kit.join([kit.bold(service.service, 40), target_line(main), *rest])


def target_line(found: TargetStatus) -> Markup:
    """production a41c9e2 since yesterday, and what is unusual there."""
    name = kit.middle(found.target.environment, 24)
    if found.revision:
        since = kit.mark(" since {}", kit.when(found.since)) if found.since else Markup("")
        start = kit.mark("{} {}{}", name, kit.rev(found.revision), since)
    elif isinstance(found.live, Unknown):
        start = kit.mark("{}", name)
    else:
        start = kit.mark("{}: nothing live yet", name)
    return kit.join([start, *_unusual(found)])


def _brief(found: TargetStatus, main: TargetStatus) -> Markup:
    name = kit.middle(found.target.environment, 24)
    unusual = _unusual(found)
    if found.ahead and not unusual:
        return kit.mark("{} is {} ahead", name, kit.plural(found.ahead, "change"))
    if found.revision and found.revision == main.revision and not unusual:
        return kit.mark("{} has the same", name)
    return target_line(found)


def _unusual(found: TargetStatus) -> list[Markup]:
    lines: list[Markup] = []
    if found.hold:
        lines.append(kit.mark("🔒 held since a restore: {}", kit.inert(found.hold, 120)))
    if found.running is not None:
        lines.append(_operation(found.running))
    if found.failed and found.last is not None:
        lines.append(_operation(found.last))
    if isinstance(found.live, Unknown):
        lines.append(
            kit.mark("{} could not read {}: {}", WARN, kit.inert(found.live.what, 40), kit.inert(found.live.why, 60))
        )
    if found.drifted and found.recorded is not None:
        lines.append(kit.mark("{} not deployed from here, our record says {}", WARN, kit.rev(found.recorded.revision)))
    return lines


def _operation(operation: Operation) -> Markup:
    face = face_of(operation)
    return kit.mark(
        "{} {} {} {}", Markup(face.emoji), face.word, kit.rev(operation.revision), kit.number_of(operation.id)
    )


def service_detail(service: ServiceStatus, offers: Iterable[Offer] = (), *, names: kit.Names = kit.NO_NAMES) -> Message:
    """`/ops web`: every environment of one service, what runs, what ended last."""
    lines = [kit.bold(service.service, 60), *(line for target in service.targets for line in _detail(target, names))]
    text = kit.sentences(
        *(f"{service.service}: {kit.said(target_line(target), 200)}" for target in service.targets[-1:])
    )
    return kit.message(text, [kit.section(*lines), kit.actions(suggestion_buttons(offers))])


def _detail(found: TargetStatus, names: kit.Names) -> list[Markup]:
    said = ""
    if isinstance(found.live, Live) and found.live.revision:
        said = kit.mark("{} says so, {}", kit.inert(found.live.said_by, 40), kit.when(found.live.at))
    ahead = f"{kit.plural(found.ahead, 'change')} ahead" if found.ahead else ""
    lines = [kit.join([target_line(found), ahead, said])]
    for operation in (found.running, found.last):
        if operation is not None:
            asker = kit.inert(kit.name_of(operation.who, names), 24)
            what = kit.join(
                [face_of(operation).word, second_line(operation, names), asker, kit.number_of(operation.id)]
            )
            lines.append(kit.mark("     {}", what))
    return lines


def target_detail(found: TargetStatus, offers: Iterable[Offer] = (), *, names: kit.Names = kit.NO_NAMES) -> Message:
    """`/ops status web production`: one target."""
    lines = [kit.bold(found.target.service, 60), *_detail(found, names)]
    row = kit.actions(
        as_button(offer, found.target) for offer in pick(offers, OfferVerb.SHOW_CHANGES, OfferVerb.PLAN_ROLLBACK)
    )
    return kit.message(kit.sentences(f"{found.target.service}: {kit.said(lines[1], 240)}"), [kit.section(*lines), row])


COLUMNS = ("Service", "Environment", "Live", "Since (UTC)", "State")


def status_table(found: Status) -> Message:
    """`status all`: a table of every target, exceptions first, at most 100 rows."""
    targets = [target for service in found.services for target in service.targets]
    ordered = sorted(targets, key=lambda target: not target.exceptional)
    rows = [_row(target) for target in ordered]
    unusual = sum(target.exceptional for target in targets)
    small = kit.context(f"{kit.plural(len(targets), 'target')}, {kit.number(unusual)} to look at", found.scope)
    table: Block | None = kit.table(COLUMNS, rows, more="more targets") if rows else None
    text = kit.sentences(f"Status of {kit.plural(len(targets), 'target')}: {kit.number(unusual)} to look at")
    return kit.message(text, [table, small])


def _row(found: TargetStatus) -> list[str]:
    since = kit.utc(found.since).removesuffix(" UTC") if found.since else ""
    return [found.target.service, found.target.environment, short(found.revision), since, _state(found)]


def _state(found: TargetStatus) -> str:
    if found.hold:
        return "🔒 held since a restore"
    operation = found.running or (found.last if found.failed else None)
    if operation is not None:
        return f"{face_of(operation).emoji} {face_of(operation).word} #{operation.id}"
    if isinstance(found.live, Unknown):
        return f"{WARNING.emoji} could not read {found.live.what}"
    if found.drifted:
        return f"{WARNING.emoji} not deployed from here"
    return f"{FACES[State.SUCCEEDED].emoji} Live" if found.revision else "nothing yet"
