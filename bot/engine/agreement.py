"""At confirmation: whether others have to agree first, whom that asks, and what they said about exactly the same before."""

import asyncio
from dataclasses import dataclass, replace

from bot.domain.approvals import Approval
from bot.domain.operations import Operation, State
from bot.domain.plans import Plan
from bot.domain.quorums import ApprovalRule
from bot.domain.terms import Identity, Millis
from bot.engine import approvers, counting, homes, people
from bot.engine.catalogue import Environment, is_user
from bot.engine.runtime import Runtime
from bot.store import Tx, approvals
from bot.store import people as people_rows

MOST_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What a confirmed plan needs of others: nothing where `rule` is None, or where what was said before is enough."""

    rule: ApprovalRule | None = None
    note: str = ""
    missing: int = 0
    words: tuple[Approval, ...] = ()
    at: Millis = 0

    def waits(self, operation: Operation) -> Operation:
        """The operation as it begins: waiting for others, or next."""
        if self.rule is None or not self.missing:
            return operation
        until = self.at + self.rule.within
        return replace(operation, state=State.AWAITING_APPROVAL, note=self.note, deadline_at=until, due_at=0)

    def where(self, channel: str, environment: Environment, plan: Plan) -> str:
        """Where the card goes: not into a direct message, where nobody else could answer it."""
        if not self.missing or not channel.startswith("user:"):
            return channel
        return environment.channel or (plan.channel if not plan.direct else "") or channel

    def keep(self, tx: Tx, plan: Plan) -> None:
        """What was said about exactly this before counts for it too."""
        for word in self.words:
            approvals.put(tx, replace(word, plan_id=plan.id))


async def asking_others(runtime: Runtime, plan: Plan) -> Asking:
    """Who else has to agree to a plan that was just confirmed."""
    rule = approvers.rule_of(runtime, plan)
    if rule is None:
        return Asking()
    words, found = await counting.reusable(runtime, plan, rule)
    # The card names authors: whoever never spoke to us is read once.
    authors = sorted(approvers.authors_in(runtime, plan).users) if rule.not_authors else []
    await asyncio.gather(*(people.who(runtime, Identity(team=plan.who.team, user=user)) for user in authors))
    names = await runtime.store.read(lambda tx: people_rows.names(tx, plan.who.team))
    asked = [shown(who, names) for who in approvers.asked_of(runtime, rule, plan.target)]
    more = f" and {len(asked) - MOST_NAMED} more" if len(asked) > MOST_NAMED else ""
    whom = f"{', '.join(asked[:MOST_NAMED])}{more}" or "somebody who may approve"
    plural = "approval" if found.missing == 1 else "approvals"
    return Asking(
        rule=rule,
        note=f"{whom} for {found.missing} {plural}",
        missing=found.missing,
        words=words,
        at=runtime.clock.now(),
    )


def shown(who: str, names: dict[str, str]) -> str:
    """A word of the configuration in plain words, without ringing anybody."""
    if who == "members":
        return "any member"
    return names.get(who, who) if is_user(who) else f"@{who}"


async def wake_homes(runtime: Runtime, operation: Operation) -> None:
    """Whoever was asked sees it in their Home tab, or sees that it is answered."""
    for mention in await approvers.called(runtime, operation):
        if mention.startswith("<@"):
            homes.wake(runtime, Identity(team=operation.who.team, user=mention[2:-1]))
