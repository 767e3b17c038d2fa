"""No: every reason at once, who can help, what to do now, and the codes in small print."""

from collections.abc import Iterable

from bot.domain.messages import Block, Message
from bot.domain.plans import Offer, OfferVerb
from bot.domain.reasons import Reason
from bot.domain.terms import Action, Target
from bot.domain.verdicts import Refusal, Verdict
from bot.errors import UserError
from bot.views import kit
from bot.views.faces import names_within
from bot.views.kit import Markup
from bot.views.offers import AGAIN, as_button, pick, suggestion_buttons

UNDONE = {Action.DEPLOY: "Not deployed", Action.ROLLBACK: "Not rolled back", Action.PROMOTE: "Not promoted"}
SIGNS: dict[Reason, str] = {
    Reason.CHECKS_RUNNING: "🔄",
    Reason.CHECKS_FAILED: "❌",
    Reason.CHECKS_MISSING: "❔",
    Reason.TARGET_HELD: "⏳",
    Reason.FROZEN: "❄️",
    Reason.LOCKED: "🔒",
    Reason.QUARANTINED: "🧪",
    Reason.CLAIM_MISSING: "🎫",
    Reason.FACT_UNKNOWN: "❓",
    Reason.NOT_PERMITTED: "🚫",
    Reason.ALREADY_LIVE: "✅",
    Reason.REVISION_MOVED: "↪️",
    Reason.OUT_OF_ORDER: "🔢",
    Reason.NOT_MERGED: "🌿",
}
"""A shape for reasons that have one; the sentence beside it says everything."""


def refusal(no: Refusal, offers: Iterable[Offer] = (), *, dry_run: bool = False) -> Message:
    """Why not, for whoever asked; `offers` may hold suggestions, a new plan, or the changes."""
    title = _title(no.action, no.target, dry_run=dry_run)
    lines = [line for verdict in _once(no) for line in reason_lines(verdict)]
    blocks = [
        kit.section(title, *lines, more="more lines"),
        kit.context(*_small(no)),
        _buttons(no.target, tuple(offers)),
    ]
    spoken = [kit.said(kit.sentence(verdict.sentence, verdict.who)) for verdict in _once(no)]
    words = "Would be refused" if dry_run else UNDONE[no.action]
    where = f"{words}: {no.target.service} in {no.target.environment}"
    return kit.message(
        kit.sentences(where, *spoken), blocks, material=[no.target, [v.reason for v in no.verdicts], spoken]
    )


def _once(no: Refusal) -> list[Verdict]:
    """Several gates may stumble over the same missing fact: people read it once."""
    return list({verdict.sentence: verdict for verdict in reversed(no.verdicts)}.values())[::-1]


def _title(action: Action, target: Target, *, dry_run: bool) -> Markup:
    words = "Would be refused" if dry_run else UNDONE[action]
    service, environment = names_within(target, max(12, kit.limits.LINE_1 - len(f"{words} ·  → ")))
    return kit.mark("{} · {} → {}", kit.bold(words), service, environment)


def reason_lines(verdict: Verdict) -> list[Markup]:
    """The sentence, and under it what to do and whom to ask."""
    sign = SIGNS.get(verdict.reason, "•") if verdict.reason else "•"
    said = kit.mark("{} {}", Markup(sign), kit.sentence(verdict.sentence, verdict.who))
    step = kit.sentence(verdict.next_step, verdict.who)
    return [said, kit.mark("     {}", step)] if step else [said]


def _small(no: Refusal) -> list[str]:
    codes = sorted({str(verdict.reason) for verdict in no.verdicts if verdict.reason})
    others = f"{kit.plural(no.passed, 'other gate')} passed" if no.passed else ""
    return [others, *codes]


def _buttons(target: Target, offers: tuple[Offer, ...]) -> Block | None:
    suggestions = suggestion_buttons(offers)
    if suggestions:
        return kit.actions(suggestions)
    shown = pick(offers, OfferVerb.PLAN_DEPLOY, OfferVerb.SHOW_CHANGES, OfferVerb.PLAN_ROLLBACK, OfferVerb.STOP)
    return kit.actions(
        as_button(offer, target, AGAIN if offer.verb is OfferVerb.PLAN_DEPLOY else None) for offer in shown
    )


def misunderstood(error: UserError, offers: Iterable[Offer] = (), *, example: str = "") -> Message:
    """What was typed cannot be understood: what is wrong, what to type instead, and suggestions as buttons."""
    return not_understood(str(error), hint=error.hint, offers=offers, example=example)


def not_understood(problem: str, *, hint: str = "", offers: Iterable[Offer] = (), example: str = "") -> Message:
    """The same, of plain words."""
    shown = kit.sentence(problem)
    more = kit.sentence(hint)
    try_this = kit.mark("For example: {}", kit.code(example, 200)) if example else Markup("")
    lines = [shown or Markup("That was not understood."), more, try_this]
    text = kit.sentences(*map(kit.said, lines))
    return kit.message(text, [kit.section(*lines), kit.actions(suggestion_buttons(offers))])


def not_possible(
    problem: str, *, next_step: str = "", reason: Reason | None = None, offers: Iterable[Offer] = ()
) -> Message:
    """A single no that is not about a target's gates: a sentence, a next step, a code."""
    lines = [kit.sentence(problem), kit.sentence(next_step)]
    blocks = [
        kit.section(*lines),
        kit.context(str(reason)) if reason else None,
        kit.actions(suggestion_buttons(offers)),
    ]
    return kit.message(kit.sentences(*map(kit.said, lines)), blocks)
