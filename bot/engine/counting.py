"""Which approvals of a plan count now: every giver is looked at again, when somebody joins them and right before anything starts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from bot.domain.approvals import Approval, Decision
from bot.domain.approving import Approver, Wanted, may_approve, may_bypass
from bot.domain.kinship import Marks
from bot.domain.operations import Operation
from bot.domain.plans import Plan
from bot.domain.quorums import ApprovalRule, Tally, stands, tally
from bot.domain.reasons import Reason
from bot.domain.roles import channels_of
from bot.domain.terms import Identity, Millis, Permission
from bot.domain.verdicts import Refusal, Verdict, refuse
from bot.engine import approvers
from bot.engine.runtime import Runtime
from bot.store import approvals


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What became known of everybody who said something: the verdict on each, and all that they are called."""

    verdicts: Mapping[Identity, Verdict] = field(default_factory=dict)
    marks: Mapping[Identity, Marks] = field(default_factory=dict)

    @property
    def unread(self) -> Verdict | None:
        """The first of whom nobody could say whether they count."""
        return next((each for each in self.verdicts.values() if each.reason is Reason.FACT_UNKNOWN), None)

    def knows(self, words: Iterable[Approval]) -> bool:
        """Whether everybody behind these words was looked at."""
        return all(each.who in self.verdicts for each in words)

    def adding(self, who: Identity, found: Approver, verdict: Verdict) -> "Counted":
        """With one person more."""
        return replace(self, verdicts={**self.verdicts, who: verdict}, marks={**self.marks, who: found.marks})

    def tally(self, rule: ApprovalRule, words: Iterable[Approval], now: Millis) -> Tally:
        """Who counts of those who spoke."""
        counts = {who: verdict.passed for who, verdict in self.verdicts.items()}
        return tally(rule, words, counts=counts, marks=self.marks, now=now)


async def words_of(runtime: Runtime, plan: Plan) -> tuple[Approval, ...]:
    """Everything that was said about exactly this plan."""
    return await runtime.store.read(lambda tx: approvals.of_plan(tx, plan.id, plan.hash))


async def look(runtime: Runtime, words: Iterable[Approval], wanted: Wanted) -> Counted:
    """Look at everybody whose yes (or bypass) has not ended, as they are now."""
    counted, now = Counted(), runtime.clock.now()
    anywhere = channels_of(Permission.APPROVE, wanted.target, wanted.roles)
    anywhere |= channels_of(Permission.BYPASS, wanted.target, wanted.roles)
    for word in words:
        found = await approvers.approver(runtime, word.who)
        judged = may_bypass if word.decision is Decision.BYPASS else may_approve
        if stands(word, now):
            counted = counted.adding(word.who, found, judged(found, wanted, place=anywhere))
        else:
            counted = counted.adding(word.who, found, _over(word, wanted))
    return counted


def _over(word: Approval, wanted: Wanted) -> Verdict:
    ended = word.decision is Decision.YES
    sentence = "An approval has ended: it was given too long ago." if ended else "An approval was taken back."
    return refuse("approval", Reason.APPROVAL_LOST, sentence, "Ask for approval again.", rule=wanted.rule_key)


async def reusable(runtime: Runtime, plan: Plan, rule: ApprovalRule) -> tuple[tuple[Approval, ...], Tally]:
    """What people said about exactly the same before, where nothing was started on it, as far as it still counts."""
    now = runtime.clock.now()
    words = await runtime.store.read(lambda tx: approvals.reusable(tx, plan.hash, now))
    counted = await look(runtime, words, await approvers.wanted(runtime, plan, rule))
    good = {each.who: each for each in words if counted.verdicts[each.who].passed}
    return tuple(good.values()), counted.tally(rule, good.values(), now)


async def missing(runtime: Runtime, operation: Operation, plan: Plan) -> Refusal | None:
    """Right before the effect: None where enough people agree who still may, else why not."""
    rule = approvers.rule_of(runtime, plan, automatic=operation.automatic)
    if rule is None:
        return None
    wanted = await approvers.wanted(runtime, plan, rule)
    words = await words_of(runtime, plan)
    counted = await look(runtime, words, wanted)
    if counted.tally(rule, words, runtime.clock.now()).enough:
        return None
    verdict = counted.unread or _lost(counted, rule, wanted)
    return Refusal(action=plan.action, target=plan.target, verdicts=(verdict,), passed=0)


def _lost(counted: Counted, rule: ApprovalRule, wanted: Wanted) -> Verdict:
    people = "1 approval" if rule.count == 1 else f"{rule.count} approvals"
    lost = [(who, verdict) for who, verdict in counted.verdicts.items() if not verdict.passed]
    why = f" {lost[0][1].sentence}" if lost else ""
    return refuse(
        "approval",
        Reason.APPROVAL_LOST,
        f"It needs {people} that count now, and has fewer.{why}",
        "Ask for approval again: type the command again.",
        who=tuple(who.mention for who, _ in lost),
        rule=wanted.rule_key,
    )
