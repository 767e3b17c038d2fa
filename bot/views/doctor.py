"""The doctor's report: problems first, every one with its fix."""

from collections.abc import Sequence

from bot.domain.messages import Block, Message
from bot.ports import Finding, Severity
from bot.views import kit
from bot.views.kit import Markup

SIGNS: dict[Severity, tuple[str, str]] = {
    Severity.PROBLEM: ("❌", "Problem"),
    Severity.WARNING: ("⚠️", "Warning"),
    Severity.FINE: ("✅", "Fine"),
}
FINE_SHOWN = 12


def doctor(findings: Sequence[Finding]) -> Message:
    """Private to whoever asked; what is fine comes last and short."""
    by = {severity: [found for found in findings if found.severity is severity] for severity in SIGNS}
    wrong = [*by[Severity.PROBLEM], *by[Severity.WARNING]]
    blocks: list[Block | None] = [kit.section(Markup(f"*{_verdict(by)}*"))]
    blocks += [kit.section(*_finding(found)) for found in wrong[:30]]
    if len(wrong) > 30:
        blocks.append(kit.context(f"+ {kit.plural(len(wrong) - 30, 'more finding')}: run quarterdeck doctor"))
    fine = [found.subject for found in by[Severity.FINE]]
    if fine:
        blocks.append(kit.context(kit.mark("✅ Fine: {}", kit.listed(fine, FINE_SHOWN))))
    first = [f"{found.subject}: {found.sentence}" for found in wrong[:2]]
    return kit.message(kit.sentences(_verdict(by), *first), blocks)


def _verdict(by: dict[Severity, list[Finding]]) -> str:
    problems, warnings = len(by[Severity.PROBLEM]), len(by[Severity.WARNING])
    if problems:
        return f"{kit.plural(problems, 'problem')}, {kit.plural(warnings, 'warning')}"
    return kit.plural(warnings, "warning") if warnings else "All is well"


def _finding(found: Finding) -> list[Markup]:
    emoji, word = SIGNS[found.severity]
    said = kit.mark("{} {} · {}: {}", Markup(emoji), word, kit.bold(found.subject, 60), kit.sentence(found.sentence))
    fix = kit.mark("     Fix: {}", kit.sentence(found.fix)) if found.fix else Markup("")
    return [said, fix]
