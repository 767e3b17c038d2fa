"""Verdicts: what a gate answers, and a refusal made of them."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.reasons import Reason
from bot.domain.terms import Action, Target, Unknown


class Answer(StrEnum):
    """What a gate says."""

    ALLOW = "allow"
    REFUSE = "refuse"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A gate's answer: `sentence` says why, `next_step` what to do now, `who` may help, `rule` names the configuration key behind it."""

    gate: str
    answer: Answer
    sentence: str
    reason: Reason | None = None
    next_step: str = ""
    who: tuple[str, ...] = ()
    rule: str = ""

    @property
    def passed(self) -> bool:
        """True where the gate allows."""
        return self.answer is Answer.ALLOW


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """No, with every reason at once; `passed` counts the gates that had no objection."""

    action: Action
    target: Target
    verdicts: tuple[Verdict, ...]
    passed: int


def allow(gate: str, sentence: str, *, rule: str = "") -> Verdict:
    """The gate has no objection."""
    return Verdict(gate=gate, answer=Answer.ALLOW, sentence=sentence, rule=rule)


def refuse(
    gate: str, reason: Reason, sentence: str, next_step: str, *, who: tuple[str, ...] = (), rule: str = ""
) -> Verdict:
    """The gate says no: why, and what to do next."""
    return Verdict(
        gate=gate,
        answer=Answer.REFUSE,
        sentence=sentence,
        reason=reason,
        next_step=next_step,
        who=who,
        rule=rule,
    )


def unknown(gate: str, fact: Unknown) -> Verdict:
    """What could not be read refuses."""
    return refuse(
        gate,
        Reason.FACT_UNKNOWN,
        f"Could not read {fact.what}: {fact.why}.",
        "Nothing was started. Try again in a moment; `/ops doctor` shows what is out of reach.",
    )
