"""Something changed between look and leap: what moved, the plan as it would be now, and every way on."""

from collections.abc import Sequence

from bot.domain.messages import Block, Message
from bot.domain.plans import Offer, OfferVerb, Plan
from bot.domain.terms import short
from bot.domain.verdicts import Refusal
from bot.views import kit
from bot.views.faces import place
from bot.views.kit import Markup
from bot.views.offers import Wording, as_button, confirm_button, pick
from bot.views.plan_lines import arriving, body_lines, question, range_line, small_print
from bot.views.refusals import reason_lines

V = OfferVerb


def plan_moved(
    old: Plan,
    fresh: Plan | Refusal,
    offers: Sequence[Offer] = (),
    *,
    kept_offers: Sequence[Offer] = (),
    before: str = "",
    why: str = "",
) -> Message:
    """What moved, then the plan as it would be now (or why it may not be), with both ways on.

    `offers` are the new plan's; keeping to what was shown is either a PLAN_DEPLOY or PLAN_ROLLBACK among them, or the CONFIRM
    of `kept_offers`, those of a plan for exactly that revision. `why` is said where the plans do not show the difference.
    """
    moved = [kit.sentence(why)] if why else [] if isinstance(fresh, Refusal) else what_moved(old, fresh)
    title = Markup("*Not started: the plan has changed since you saw it.*")
    shown: list[Block | None] = [kit.section(title, *moved)]
    if isinstance(fresh, Refusal):
        shown.append(kit.section(*(line for verdict in fresh.verdicts for line in reason_lines(verdict))))
    else:
        shown += _new_plan(fresh, before=before)
    blocks = [*shown, _ways_on(old, fresh, offers, kept_offers)]
    text = kit.sentences(
        f"Not started: {place(old.target)}, the plan has changed since you saw it", *map(kit.said, moved)
    )
    ids = [offer.id for offer in (*offers, *kept_offers)]
    return kit.message(text, blocks, material=[old.id, "" if isinstance(fresh, Refusal) else fresh.id, ids])


def _new_plan(fresh: Plan, *, before: str) -> list[Block | None]:
    small = small_print(fresh, before=before)
    return [
        kit.section(question(fresh, dry_run=False), range_line(fresh), *body_lines(fresh)),
        kit.context(*small) if any(small) else None,
    ]


def what_moved(old: Plan, new: Plan) -> list[Markup]:
    """One sentence for each thing that is not as it was."""
    lines = [
        _other_revision(old, new) if old.revision != new.revision else Markup(""),
        _other_live(old, new) if old.live != new.live else Markup(""),
        Markup("The rules for this target changed.") if old.policy_hash != new.policy_hash else Markup(""),
        Markup("What would be run has changed.")
        if (old.workflow, old.steps) != (new.workflow, new.steps)
        else Markup(""),
        _other_holder(new) if old.takes_over != new.takes_over else Markup(""),
    ]
    return [line for line in lines if line] or [Markup("It was planned again.")]


def _other_revision(old: Plan, new: Plan) -> Markup:
    ref = kit.inert(new.ref or "The branch", 60)
    return kit.mark("{} moved from {} to {}{}.", ref, kit.rev(old.revision), kit.rev(new.revision), _more(old, new))


def _other_live(old: Plan, new: Plan) -> Markup:
    who = kit.inert(new.live_said_by or "The target", 40)
    return kit.mark("{} says it serves {} now, not {}.", who, _or_nothing(new.live), _or_nothing(old.live))


def _other_holder(new: Plan) -> Markup:
    if not new.takes_over:
        return Markup("What it would have taken over has ended.")
    return kit.mark("It would take over {} now.", kit.number_of(new.takes_over))


def _or_nothing(revision: str) -> Markup:
    return kit.rev(revision) or Markup("nothing")


def _more(old: Plan, new: Plan) -> Markup:
    numbers, count = _added(old, new)
    if count <= 0:
        return Markup("")
    names = kit.mark(" ({})", kit.cap(", ".join(numbers), 40)) if numbers else Markup("")
    return kit.mark(": {} more {}{}", count, "change" if count == 1 else "changes", names)


def _added(old: Plan, new: Plan) -> tuple[list[str], int]:
    """The pull requests that came in between, and how many changes did."""
    if old.changes is None or new.changes is None:
        return [], 0
    known = {change.revision for change in old.changes.arriving}
    added = [change for change in new.changes.arriving if change.revision not in known]
    count = max(len(added), arriving(new.changes) - arriving(old.changes))
    return [f"#{change.number}" for change in added if change.number], count


def _ways_on(old: Plan, fresh: Plan | Refusal, offers: Sequence[Offer], kept: Sequence[Offer]) -> Block | None:
    row: list[Block] = []
    for offer in pick(offers, V.CONFIRM) if isinstance(fresh, Plan) else []:
        assert isinstance(fresh, Plan)
        row.append(confirm_button(offer, fresh.action, fresh.target, asks=_asks(fresh), adding=_added(old, fresh)[0]))
    for offer in pick(kept, V.CONFIRM):
        label = f"Keep to {short(old.revision)}" + ("…" if old.late_landing else "")
        spoken = f"Keep to {short(old.revision)} for {old.target.service} in {old.target.environment}"
        row.append(kit.button(offer, label, accessible=spoken))
    keep = Wording(label=f"Keep to {short(old.revision)}…", spoken=f"Keep to {short(old.revision)}:")
    row += [as_button(offer, old.target, keep) for offer in pick(offers, V.PLAN_DEPLOY, V.PLAN_ROLLBACK)]
    row += [as_button(offer, old.target) for offer in pick((*offers, *kept), V.DECLINE)]
    return kit.actions(row)


def _asks(plan: Plan) -> str:
    return "name" if plan.late_landing else ""
