"""The views around approvals, proposals and rights, with sample data."""

from collections.abc import Callable
from functools import partial

from bot.domain.explaining import Explained, Ground, Says
from bot.domain.messages import Message, View
from bot.domain.operations import State
from bot.domain.plans import OfferVerb
from bot.domain.reasons import Reason
from bot.domain.status import Waiting
from bot.domain.terms import HOUR, Action, Permission, Unknown
from bot.domain.verdicts import refuse
from bot.views import approvals, can, cards, groups, proposals
from bot.views.samples import ADA, GRACE, NEW, NOON, Samples

Sample = Callable[[], Message | View]
V = OfferVerb


def asking_views(s: Samples) -> dict[str, Sample]:
    """The request, its forms, its answers; what apps propose; who may what."""
    note = f"@{s.author} for 1 approval"
    asked = s.operation(
        State.AWAITING_APPROVAL, note=note, deadline_at=NOON + 4 * HOUR, because=s.because, changes=s.many
    )
    lines = (f"Approved by {s.name}", f"{s.author} and the authors ({s.name}) cannot approve")
    moved = refuse("unmoved", Reason.REVISION_MOVED, f"{s.ref} moved: {s.failure}", "Look at the new plan.")
    forms: dict[str, Sample] = {
        "form approve": partial(approvals.approve_form, asked, s.plan(), lines, names=s.names, carried="of-1"),
        "form take back": partial(approvals.take_back_form, asked, s.plan(), lines, names=s.names, carried="of-1"),
        "form reject": partial(approvals.reject_form, asked, names=s.names, carried="of-1"),
        "card needs approval": partial(
            cards.operation_card, asked, s.offers(V.APPROVE, V.REJECT, V.STOP), names=s.names, looked_at=lines
        ),
        "approval wanted": partial(
            approvals.wanted, asked, ("<@U02GRACE>", "<!subteam^S01WEB>"), again=False, names=s.names
        ),
        "approval wanted again": partial(approvals.wanted, asked, ("<@U02GRACE>",), again=True, names=s.names),
        "approval bypassed": partial(approvals.bypassed, asked, GRACE, s.because, names=s.names),
    }
    answers: dict[str, Sample] = {
        "approved": partial(approvals.approved, asked),
        "approval counted": partial(approvals.counted, asked, 2),
        "approved before": partial(approvals.again, asked),
        "approval refused": partial(approvals.refused, asked),
        "approval taken back": partial(approvals.taken_back, asked),
        "approval taken back, ends": partial(approvals.taken_back, s.operation(State.REJECTED)),
        "approval, nothing to take back": partial(approvals.nothing_to_take_back, asked),
        "approval bypassed by me": partial(approvals.went_on, asked),
        "approval too late": partial(approvals.too_late, s.operation(State.RUNNING), command="/ops"),
        "approval, nobody waits": partial(approvals.too_late, None, command="/ops"),
        "approval expired": partial(approvals.expired, asked),
        "approval, plan moved": partial(approvals.moved, asked, moved, command="/ops"),
        "approval, a copy": partial(approvals.copied, "/ops"),
        "bypass, nothing waits": partial(approvals.nobody_waits, "/ops"),
        "bypass without a reason": partial(approvals.reason_wanted, "/ops"),
        "approvals": partial(
            approvals.listed, [Waiting(operation=asked, offers=s.offers(V.APPROVE, V.REJECT))], [asked],
            names=s.names, command="/ops",
        ),
        "approvals, none": partial(approvals.listed, [], [], names=s.names, command="/ops"),
    }  # fmt: skip
    return forms | answers | _rights(s)


def _rights(s: Samples) -> dict[str, Sample]:
    grounds = (
        Ground(says=Says.GRANTS, rule="roles.deployers.may", through="engineering"),
        Ground(says=Says.ELSEWHERE, rule="roles.billers.may", through="U02ADA", channels=("ops", s.author)),
        Ground(says=Says.FORBIDS, rule=f"roles.{s.name}.may_not", through="members"),
    )
    made = Explained(
        person=s.person(), permission=Permission.DEPLOY, target=s.target, allowed=False, rule="", grounds=grounds
    )
    yes = Explained(person=s.person(), permission=Permission.STATUS, target=s.target, allowed=True, rule="built in")
    no = Explained(
        person=s.person(), permission=Permission.APPROVE, target=s.target, allowed=False, rule="", outside=s.note
    )
    right = s.offers(V.PLAN_DEPLOY)
    content = {"schema": 1, "status": "refused", "service": s.service, "reasons": [{"sentence": s.failure}]}
    body = {"group": s.author, "joined": "U02ADA U02GRACE", "left": "U02ADA", "counts_at": str(NOON)}
    return {
        "can, no": partial(can.can, made, ("@engineering", s.name)),
        "can, yes": partial(can.can, yes),
        "can, outside": partial(can.can, no),
        "can, nobody": partial(can.nobody, s.name),
        "can, several": partial(can.nobody, s.name, ("U02ADA", "U02GRACE")),
        "can, unread": partial(can.unread, Unknown(what=s.name, why=s.failure)),
        "group changed": partial(groups.changed, body),
        "proposal": partial(proposals.proposal, ADA, Action.DEPLOY, s.target, NEW, s.because, right, names=s.names),
        "proposal answered": partial(proposals.answered, content),
    }
