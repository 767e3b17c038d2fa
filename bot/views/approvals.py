"""Approvals as people see them: the plan with its *Approve*, the form that asks why not, the call to approvers, and every answer."""

from collections.abc import Iterable, Sequence

from bot.domain.messages import Block, Message, View
from bot.domain.operations import Operation, State
from bot.domain.plans import OfferVerb, Plan
from bot.domain.status import Waiting
from bot.domain.terms import Identity
from bot.domain.verdicts import Verdict
from bot.views import kit
from bot.views.card_lines import second_line
from bot.views.faces import FACES, face_of, headline, place
from bot.views.kit import Markup
from bot.views.notices import notice
from bot.views.offers import as_button, pick
from bot.views.plan_lines import body_lines, question, range_line, small_print

# callback ids of the forms, and block ids of their fields
APPROVE, TAKE_BACK, REJECT = "approve", "take_back", "reject"
BECAUSE = "because"
MOST_CALLED = 8


def approve_form(operation: Operation, plan: Plan, lines: Sequence[str], *, names: kit.Names, carried: str) -> View:
    """The whole plan, and *Approve* as the form's own button: nobody approves what they were not shown. Comes back as `approve`."""
    return kit.modal(
        "Approve?", _shown(operation, plan, lines, names), name=APPROVE, submit="Approve", close="Not now", carried=carried
    )  # fmt: skip


def take_back_form(operation: Operation, plan: Plan, lines: Sequence[str], *, names: kit.Names, carried: str) -> View:
    """The same for somebody who has approved it: they may take that back. Comes back as `take_back`."""
    said = kit.section(Markup("You have approved this. Until it starts you can take that back."))
    blocks = [*_shown(operation, plan, lines, names), said]
    return kit.modal("Approved", blocks, name=TAKE_BACK, submit="Take it back", close="Leave it", carried=carried)


def _shown(operation: Operation, plan: Plan, lines: Sequence[str], names: kit.Names) -> list[Block | None]:
    asker = kit.mark("{} asks. {}", kit.inert(kit.name_of(operation.who, names), 40), _because(operation.because))
    small = small_print(plan, before="")
    return [
        kit.section(question(plan, dry_run=False), range_line(plan), *body_lines(plan)),
        kit.section(asker, *(kit.inert(line, 200) for line in lines)),
        kit.context(
            kit.mark("Exactly {}, until {}", kit.rev(plan.revision), kit.when(operation.deadline_at)), *small[:2]
        ),
    ]


def _because(words: str) -> Markup:
    return kit.mark("Why: {}", kit.inert(words, 200)) if words else Markup("")


def reject_form(operation: Operation, *, names: kit.Names, carried: str) -> View:
    """Why not: comes back as `reject` with because (required)."""
    line = kit.mark("{} reads your reason, and so does the channel.", kit.inert(kit.name_of(operation.who, names), 40))
    blocks = [
        kit.section(headline(face_of(operation), operation.target), line),
        kit.field(
            BECAUSE, "Why not?", kit.typed(most=500, several_lines=True, placeholder="The migration needs a window")
        ),
    ]
    return kit.modal("Reject?", blocks, name=REJECT, submit="Reject", close="Not now", carried=carried)


def wanted(operation: Operation, called: Iterable[str], *, again: bool, names: kit.Names = kit.NO_NAMES) -> Message:
    """The one message that calls the approvers, and once more at half of its life."""
    mentions = kit.join([kit.known_mention(who) for who in list(dict.fromkeys(called))[:MOST_CALLED]], " ")
    asker = kit.inert(kit.name_of(operation.who, names), 40)
    start = Markup("Still waiting: ") if again else Markup("")
    asks = kit.mark("{}{} asks {}", start, asker, kit.inert(operation.note, 120))
    end = kit.mark("Until {}. *See plan and approve…* is on the card.", kit.when(operation.deadline_at))
    text = kit.sentences(f"Approval wanted: {place(operation.target)}", kit.said(asks))
    return kit.message(text, [kit.section(asks, end), kit.context(mentions) if mentions else None])


def bypassed(operation: Operation, by: Identity, because: str, *, names: kit.Names = kit.NO_NAMES) -> Message:
    """Loud, in the thread and in the channel: it went on without the others."""
    who = kit.inert(kit.name_of(by, names), 40)
    line = kit.mark("⚠️ {} bypassed the approval of {}.", who, kit.number_of(operation.id))
    why = kit.mark("Why: {}", kit.inert(because, 300))
    text = kit.sentences(f"Approval bypassed: {place(operation.target)}", kit.said(line), kit.said(why))
    return kit.message(text, [kit.section(line, why)], broadcast=True)


# ---- answers -----------------------------------------------------------------------------------------------------------


def approved(operation: Operation) -> Message:
    """Enough people agree."""
    return notice(kit.mark("Approved: {} starts now, once more checked.", kit.number_of(operation.id)))


def counted(operation: Operation, missing: int) -> Message:
    """Kept, and others have to agree too."""
    more = kit.plural(missing, "more approval")
    return notice(kit.mark("Your approval of {} counts. It needs {}.", kit.number_of(operation.id), more))


def again(operation: Operation) -> Message:
    """Said already."""
    return notice(kit.mark("You have approved {} already: somebody else has to.", kit.number_of(operation.id)))


def refused(operation: Operation) -> Message:
    """Said no."""
    return notice(kit.mark("Rejected: {} does not start.", kit.number_of(operation.id)))


def taken_back(operation: Operation) -> Message:
    """Taken back."""
    ends = operation.state is State.REJECTED
    rest = "It does not start." if ends else "It waits for somebody else."
    return notice(kit.mark("Your approval of {} is taken back. {}", kit.number_of(operation.id), rest))


def nothing_to_take_back(operation: Operation) -> Message:
    """There is no approval of theirs."""
    return notice(kit.mark("You have not approved {}.", kit.number_of(operation.id)))


def went_on(operation: Operation) -> Message:
    """Bypassed by whoever reads this."""
    return notice(
        kit.mark(
            "Bypassed: {} starts now, once more checked. The channel reads your reason.", kit.number_of(operation.id)
        )
    )


def too_late(operation: Operation | None, *, command: str) -> Message:
    """Answered before, or gone on."""
    if operation is None:
        return notice(Markup("That waits for nobody any more: nothing was done."))
    word = FACES[operation.state].word.lower()
    look = kit.code(f"{command} status {operation.target.service} {operation.target.environment}", 160)
    return notice(kit.mark("Too late: {} is {}. Nothing was done. {}", kit.number_of(operation.id), word, look))


def expired(operation: Operation) -> Message:
    """The time was over when they pressed."""
    return notice(kit.mark("Too late: the time for {} was over. Nothing was started.", kit.number_of(operation.id)))


def moved(operation: Operation, verdict: Verdict, *, command: str) -> Message:
    """What was shown is not what would happen now."""
    pinned = f"{command} deploy {operation.target.service}@{operation.revision[:7]} {operation.target.environment}"
    return notice(
        kit.mark("Not approved: the plan of {} has changed since you saw it.", kit.number_of(operation.id)),
        kit.inert(verdict.sentence, 300),
        kit.mark("It ended. To ask for exactly this revision: {}", kit.code(pinned, 160)),
    )


def copied(command: str) -> Message:
    """A button of a message that is not where we put it."""
    look = kit.code(f"{command} approvals", 60)
    return notice(kit.mark("That is a copy of our message: its buttons do nothing. What waits for you: {}", look))


def nobody_waits(command: str) -> Message:
    """Nothing of that target waits for an approval."""
    look = kit.code(f"{command} approvals", 60)
    return notice(kit.mark("Nothing waits for an approval there. What waits for you: {}", look))


def reason_wanted(command: str) -> Message:
    """A bypass without a reason."""
    line = Markup("To go on without the others takes a reason: everybody reads it.")
    return notice(line, kit.code(f"{command} bypass web production because …", 120))


def listed(waiting: Sequence[Waiting], own: Sequence[Operation], *, names: kit.Names, command: str) -> Message:
    """What waits for this person's approval, with buttons of their own, and what they themselves wait for."""
    blocks: list[Block | None] = []
    for each in waiting[:5]:
        operation = each.operation
        row = [as_button(offer, operation.target) for offer in pick(each.offers, OfferVerb.APPROVE, OfferVerb.REJECT)]
        lines = [headline(face_of(operation), operation.target), second_line(operation, names)]
        blocks += [
            kit.section(*lines),
            kit.context(kit.number_of(operation.id), kit.when(operation.deadline_at)),
            kit.actions(row),
        ]
    if len(waiting) > 5:
        blocks.append(kit.context(f"+ {kit.number(len(waiting) - 5)} more"))
    if own:
        blocks.append(kit.section(Markup("*You wait for others*"), *(_own(each, names) for each in own[:5])))
    if not blocks:
        return notice(Markup("Nothing waits for your approval."), kit.code(f"{command} help", 60))
    text = kit.sentences(f"{kit.plural(len(waiting), 'request')} waiting for your approval")
    return kit.message(text, blocks)


def _own(operation: Operation, names: kit.Names) -> Markup:
    where = kit.inert(f"{operation.target.service} → {operation.target.environment}", 60)
    return kit.join([where, second_line(operation, names), kit.number_of(operation.id)])
