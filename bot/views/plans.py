"""Plans: exactly what will happen, shown to whoever asked, before it happens."""

from collections.abc import Iterable, Sequence

from bot.domain.messages import Block, Message
from bot.domain.plans import Offer, OfferVerb, Plan, PlanState
from bot.domain.terms import Action, Identity, Millis
from bot.views import kit
from bot.views.commands import as_code, typed
from bot.views.faces import place
from bot.views.offers import AGAIN, ALL_CHANGES, DOING, as_button, confirm_button, pick
from bot.views.plan_lines import body_lines, question, range_line, small_print
from bot.views.plan_moved import plan_moved

__all__ = [
    "accepted",
    "not_yours",
    "nothing_open",
    "plan",
    "plan_blocks",
    "plan_closed",
    "plan_expired",
    "plan_moved",
    "plans",
    "second_click",
]

V = OfferVerb
MOST_PLANS = 8  # in one message: 8 × 5 blocks stay under Slack's 50
DONE = {Action.DEPLOY: "deployed", Action.ROLLBACK: "rolled back", Action.PROMOTE: "promoted"}


def plan(shown: Plan, offers: Iterable[Offer] = (), *, before: str = "", dry_run: bool = False) -> Message:
    """One plan with its buttons, private to whoever asked; with `dry_run` it has none.

    `before` is the name of the environment that `verified_before_at` is about. A plan that is not open shows what became of it.
    """
    if shown.state is not PlanState.OPEN and not dry_run:
        return plan_closed(shown, offers)
    offers = tuple(offers)
    return kit.message(
        _text(shown, dry_run=dry_run),
        plan_blocks(shown, offers, before=before, dry_run=dry_run),
        material=_material(shown, offers),
    )


def plans(shown: Sequence[tuple[Plan, tuple[Offer, ...]]], *, before: str = "", dry_run: bool = False) -> Message:
    """Several plans under each other, each with its own buttons: one card will come of each."""
    if len(shown) == 1:
        return plan(shown[0][0], shown[0][1], before=before, dry_run=dry_run)
    blocks: list[Block | None] = []
    for one, offers in shown[:MOST_PLANS]:
        blocks += [kit.divider()] if blocks else []
        blocks += plan_blocks(one, offers, before=before, dry_run=dry_run)
    if len(shown) > MOST_PLANS:
        blocks.append(kit.context(f"+ {kit.plural(len(shown) - MOST_PLANS, 'more plan')}: ask for fewer at once"))
    what = "; ".join(f"{DOING[one.action]} {place(one.target)}" for one, _ in shown[:3])
    text = kit.sentences(f"{kit.plural(len(shown), 'plan')}: {what}", "Each is confirmed on its own")
    return kit.message(text, blocks, material=[_material(one, offers) for one, offers in shown])


def plan_blocks(shown: Plan, offers: Sequence[Offer], *, before: str = "", dry_run: bool = False) -> list[Block | None]:
    """The blocks of one open plan: what it says, the small print, its buttons."""
    small = small_print(shown, before=before)
    if dry_run:
        small[-1] = kit.Markup("dry run: nothing starts from here")
    return [
        kit.section(question(shown, dry_run=dry_run), range_line(shown), *body_lines(shown)),
        kit.context(*small) if any(small) else None,
        _buttons(shown, [offer for offer in offers if not dry_run or offer.verb is V.SHOW_CHANGES]),
    ]


def _buttons(shown: Plan, offers: Sequence[Offer]) -> Block | None:
    row: list[Block] = []
    reading = V.ADOPT if pick(offers, V.ADOPT) else V.SHOW_CHANGES
    for offer in pick(offers, V.CONFIRM, reading, V.DECLINE):
        if offer.verb is V.CONFIRM:
            asks = "name" if shown.late_landing else ""
            row.append(confirm_button(offer, shown.action, shown.target, asks=asks))
        else:
            row.append(as_button(offer, shown.target, ALL_CHANGES if offer.verb is V.SHOW_CHANGES else None))
    return kit.actions(row)


def _text(shown: Plan, *, dry_run: bool) -> str:
    doing = f"{DOING[shown.action]} {place(shown.target)}"
    start = f"{doing}: this is what would happen" if dry_run else f"{doing}?"
    return kit.sentences(start, kit.said(range_line(shown)), "" if dry_run else "Nothing starts before you confirm it")


def _material(shown: Plan, offers: Iterable[Offer]) -> list[object]:
    return [shown.id, shown.state, shown.revision, shown.live, [offer.id for offer in offers if not offer.used_at]]


# ---- what became of a plan -------------------------------------------------------------------------------------------


def plan_closed(shown: Plan, offers: Iterable[Offer] = ()) -> Message:
    """A plan that is not open any more: no buttons that act, one that plans again where there is an offer for it."""
    words = {
        PlanState.CONFIRMED: f"Confirmed: it is {kit.number_of(shown.operation)} now."
        if shown.operation
        else "Confirmed.",
        PlanState.DECLINED: "Not now: nothing was started.",
        PlanState.EXPIRED: "This plan has ended: nothing was started.",
        PlanState.SUPERSEDED: "A newer plan has taken its place: nothing was started.",
        PlanState.OPEN: "This plan is still open.",
    }[shown.state]
    what = kit.mark("{} {} → {}", DOING[shown.action], shown.target.service, shown.target.environment)
    blocks = [kit.section(what, kit.Markup(words)), _again(shown, offers)]
    return kit.message(
        kit.sentences(f"{DOING[shown.action]} {place(shown.target)}", words), blocks, material=_material(shown, ())
    )


def _again(shown: Plan, offers: Iterable[Offer]) -> Block | None:
    return kit.actions(as_button(offer, shown.target, AGAIN) for offer in pick(offers, V.PLAN_DEPLOY, V.PLAN_ROLLBACK))


def plan_expired(shown: Plan, offers: Iterable[Offer] = (), *, command: str = "/ops") -> Message:
    """Somebody confirmed too late; `offers` may hold one that plans it again."""
    again = as_code(shown.action, shown.target, command=command)
    lines = [
        kit.mark("*Not started:* this plan was good until {}.", kit.when(shown.expires_at)),
        kit.mark("Things move: look at a new one. {}", again),
    ]
    text = kit.sentences(
        f"Not started: {place(shown.target)}, the plan has ended",
        f"Ask again with {typed(shown.action, shown.target, command=command)}",
    )
    return kit.message(text, [kit.section(*lines), _again(shown, offers)])


def second_click(
    operation: int, by: Identity, *, before_you: Millis, names: kit.Names = kit.NO_NAMES, you: bool = False
) -> Message:
    """Somebody else (or you yourself) had confirmed it already: `before_you` is by how much."""
    number = kit.number_of(operation)
    if you:
        line = kit.mark("You started this already. It is {}.", number)
    else:
        who, ago = kit.name_of(by, names), kit.duration(before_you)
        line = kit.mark("{} started this {} before you. You are both on {}.", who, ago, number)
    return kit.message(kit.sentences(kit.said(line)), [kit.section(line)])


def not_yours(shown: Plan, *, names: kit.Names = kit.NO_NAMES, command: str = "/ops") -> Message:
    """Only the one who asked can confirm; everybody else can ask for their own."""
    who = kit.name_of(shown.who, names)
    line = kit.mark("Only {} can confirm this.", who)
    own = as_code(shown.action, shown.target, command=command)
    doing = {Action.DEPLOY: "deploy it", Action.ROLLBACK: "roll it back", Action.PROMOTE: "promote it"}[shown.action]
    hint = kit.mark("To {} yourself: {}", doing, own)
    return kit.message(kit.sentences(kit.said(line), kit.said(hint)), [kit.section(line, hint)])


def accepted(
    operation: int,
    shown: Plan,
    *,
    permalink: str = "",
    channel: str = "",
    direct: bool = False,
    unasked: bool = False,
    waits: bool = False,
) -> Message:
    """The asker's one private line where the card is elsewhere; `channel` is the id of that channel, `direct` a direct message.

    `unasked` says that it started without a confirmation, since the environment wants none; `waits`, that others have to agree first.
    """
    what = kit.mark(
        "{} {} → {}: {}", DOING[shown.action], shown.target.service, shown.target.environment, kit.number_of(operation)
    )
    where = (
        kit.link(permalink, "its card")
        if permalink
        else kit.mark("its card is in {}", kit.channel(channel))
        if channel
        else "its card is in your messages from me"
        if direct
        else ""
    )
    asked = kit.Markup("")
    if waits:
        asked = kit.Markup("It starts when others have approved it; they have been asked.")
    elif unasked:
        asked = kit.mark("It has started: {} asks for no confirmation.", shown.target.environment)
    text = kit.sentences(f"{DOING[shown.action]} {place(shown.target)} is number {operation} now")
    return kit.message(kit.sentences(text, kit.said(asked)), [kit.section(kit.join([what, where]), asked)])


def nothing_open(*, command: str = "/ops") -> Message:
    """`plan` without an open plan."""
    line = kit.mark("You have no open plans. Make one: {}", kit.code(f"{command} deploy"))
    return kit.message(kit.sentences("You have no open plans"), [kit.section(line)])
