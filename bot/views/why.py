"""Why, or why not: every gate with its answer, its evidence and the configuration line behind it; nothing is done."""

from collections.abc import Sequence

from bot.domain.messages import Block, Message
from bot.domain.terms import Action, Target
from bot.domain.verdicts import Verdict
from bot.views import kit
from bot.views.kit import Markup
from bot.views.offers import DOING

PASS, FAIL = "✅", "⛔"


def why(action: Action, target: Target, verdicts: Sequence[Verdict], *, revision: str = "") -> Message:
    """Every gate in order; `revision` is what it was asked about."""
    refusing = [verdict for verdict in verdicts if not verdict.passed]
    doing = DOING[action].lower()
    answer = f"You could {doing} now." if not refusing else f"You could not {doing} now."
    where = f"{kit.middle(target.service, 30)} → {kit.middle(target.environment, 24)}"
    title = kit.join([kit.mark("{} {}", DOING[action], where), kit.rev(revision)])
    lines = [line for verdict in verdicts for line in _gate(verdict)]
    small = f"{kit.number(len(verdicts) - len(refusing))} of {kit.plural(len(verdicts), 'gate')} passed"
    blocks = [
        kit.section(title, kit.bold(answer)),
        *_sections(lines),
        kit.context(small, "nothing was done"),
    ]
    spoken = [kit.said(kit.sentence(verdict.sentence, verdict.who)) for verdict in refusing]
    text = kit.sentences(f"{DOING[action]} {target.service} to {target.environment}: {answer}", *spoken)
    return kit.message(text, blocks)


def _sections(lines: list[Markup]) -> list[Block]:
    """Twelve lines to a section: one section would be cut."""
    return [kit.section(*lines[at : at + 12]) for at in range(0, len(lines), 12)]


def _gate(verdict: Verdict) -> list[Markup]:
    sign = Markup(PASS if verdict.passed else FAIL)
    word = "pass" if verdict.passed else "no"
    said = kit.sentence(verdict.sentence, verdict.who)
    line = kit.join([kit.mark("{} {} {}: {}", sign, kit.bold(verdict.gate, 24), word, said), kit.code(verdict.rule)])
    step = kit.mark("     {}", kit.sentence(verdict.next_step, verdict.who)) if verdict.next_step else Markup("")
    return [found for found in (line, step) if found]
