"""From an owed message to the message itself: read the rows, ask the view. The same rows give the same bytes."""

from collections.abc import Awaitable, Callable, Mapping

from bot.domain.approvals import Decision
from bot.domain.deliveries import Outgoing
from bot.domain.messages import Message
from bot.domain.operations import Operation, State
from bot.domain.plans import Offer, Plan
from bot.domain.terms import Identity, Unknown, short
from bot.engine import approvers, digesting, grouping, holding, pending, returning, summarising
from bot.engine.runtime import Runtime, read
from bot.ports import Run
from bot.store import approvals, offers, operations, people, plans
from bot.views import approvals as approval_views
from bot.views import audit, backups, cards, changes, groups, kit, notices, replies, unwell
from bot.views.commands import typed

Render = Callable[[Runtime, Outgoing, Operation], Awaitable[Message | None]]
LOG_LINES = 60


async def render(runtime: Runtime, owed: Outgoing) -> Message | None:
    """The message as its rows have it now, or None where there is nothing (any more) to say."""
    if owed.kind == "invite":
        return notices.invite_hint(owed.body["channel"], bot=runtime.home.name)
    if owed.kind in STANDING:
        return STANDING[owed.kind](owed.body)
    if owed.kind == returning.KIND:
        return await returning.message(runtime, owed)
    if owed.kind == holding.KIND:
        return await holding.message(runtime, owed)
    if owed.kind in digesting.KINDS:
        return await digesting.message(runtime, owed)
    operation = await operation_of(runtime, owed)
    if operation is None:
        return None
    return await RENDERERS[owed.kind](runtime, owed, operation)


async def operation_of(runtime: Runtime, owed: Outgoing) -> Operation | None:
    """The operation that a message is about."""
    subject, _, number = owed.subject.partition(":")
    if subject != "operation":
        return None
    return await runtime.store.read(lambda tx: operations.get(tx, int(number)))


async def asker_of(runtime: Runtime, owed: Outgoing) -> str | None:
    """The user id of whoever asked for what the message is about."""
    operation = await operation_of(runtime, owed)
    return operation.who.user if operation else None


async def names_of(runtime: Runtime, operation: Operation) -> Mapping[str, str]:
    """Display names by user id, of everybody we know in that workspace."""
    return await runtime.store.read(lambda tx: people.names(tx, operation.who.team))


async def _rights_and_names(
    runtime: Runtime, owed: Outgoing, operation: Operation
) -> tuple[tuple[Offer, ...], Mapping[str, str]]:
    """What stands behind its buttons, and who is who, in one look."""
    now = runtime.clock.now()
    return await runtime.store.read(
        lambda tx: (offers.open_of(tx, owed.subject, now), people.names(tx, operation.who.team))
    )


async def _card(runtime: Runtime, owed: Outgoing, operation: Operation) -> Message:
    rights, names = await _rights_and_names(runtime, owed, operation)
    if operation.state is State.AWAITING_APPROVAL:
        return await _request(runtime, operation, rights)
    looked_at = (operation.note,) if operation.state in {State.UNKNOWN, State.NEEDS_HUMAN} and operation.note else ()
    return cards.operation_card(operation, rights, names=names, looked_at=looked_at)


async def _request(runtime: Runtime, operation: Operation, rights: tuple[Offer, ...]) -> Message:
    plan = await runtime.store.read(lambda tx: plans.get(tx, operation.plan_id))
    lines = await approval_lines(runtime, operation, plan) if plan else ()
    return cards.operation_card(operation, rights, names=await names_of(runtime, operation), looked_at=lines)


async def approval_lines(runtime: Runtime, operation: Operation, plan: Plan) -> tuple[str, ...]:
    """Who has approved it, and who cannot, in words."""
    names = await names_of(runtime, operation)
    words = await runtime.store.read(lambda tx: approvals.of_plan(tx, plan.id, plan.hash))
    yes = [kit.name_of(each.who, names) for each in words if each.decision is Decision.YES]
    return tuple(filter(None, [f"Approved by {', '.join(yes)}" if yes else "", _cannot(runtime, plan, names)]))


def _cannot(runtime: Runtime, plan: Plan, names: Mapping[str, str]) -> str:
    rule = approvers.rule_of(runtime, plan)
    asker = kit.name_of(plan.who, names)
    others = approvers.authors_in(runtime, plan).users - {plan.who.user} if rule and rule.not_authors else frozenset()
    if not others:
        return f"{asker} cannot approve"
    shown = ", ".join(sorted(names.get(user, user) for user in others)[:3])
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    return f"{asker} and the authors ({shown}{more}) cannot approve"


async def _wanted(runtime: Runtime, owed: Outgoing, operation: Operation) -> Message | None:
    if operation.state is not State.AWAITING_APPROVAL:
        return None
    called = await approvers.called(runtime, operation)
    return approval_views.wanted(
        operation, called, again=bool(owed.body["again"]), names=await names_of(runtime, operation)
    )


async def _bypassed(runtime: Runtime, owed: Outgoing, operation: Operation) -> Message:
    by = Identity(team=operation.who.team, user=owed.body["who"])
    return approval_views.bypassed(operation, by, owed.body["because"], names=await names_of(runtime, operation))


async def _opened(runtime: Runtime, owed: Outgoing, operation: Operation) -> Message:
    del owed
    plan, names = await runtime.store.read(
        lambda tx: (plans.get(tx, operation.plan_id), people.names(tx, operation.who.team))
    )
    ref = plan.asked_ref if plan else ""
    shown = (
        short(ref) if ref == operation.revision else ref
    )  # a button names the whole revision; people read seven characters
    line = typed(operation.action, operation.target, shown, command=runtime.catalogue.command)
    return replies.opened(operation, typed=line, names=names)


async def _steps(runtime: Runtime, owed: Outgoing, operation: Operation) -> Message:
    del runtime, owed
    return replies.step(operation)


async def _ring(runtime: Runtime, owed: Outgoing, operation: Operation) -> Message | None:
    if operation.state != owed.body["state"]:
        return None
    rights, names = await _rights_and_names(runtime, owed, operation)
    owners = runtime.catalogue.owners(operation.target.service)
    made = replies.ringing(operation, owners=owners, offers=rights, names=names)
    return changes.with_authors(made, await summarising.authors(runtime, operation)) if made is not None else None


async def _again(runtime: Runtime, owed: Outgoing, operation: Operation) -> Message | None:
    if operation.state != owed.body["state"]:
        return None
    rights = await runtime.store.read(lambda tx: offers.open_of(tx, owed.subject, runtime.clock.now()))
    names = await names_of(runtime, operation)
    owners = runtime.catalogue.owners(operation.target.service)
    return replies.asks_for_help(operation, owners=owners, offers=rights, names=names, later=True)


async def _reminder(runtime: Runtime, owed: Outgoing, operation: Operation) -> Message | None:
    if operation.state is not State.NEEDS_HUMAN or str(operation.changed_at) != owed.body["since"]:
        return None
    rights = await runtime.store.read(lambda tx: offers.open_of(tx, owed.subject, runtime.clock.now()))
    owners, names = runtime.catalogue.owners(operation.target.service), await names_of(runtime, operation)
    return replies.reminder(operation, owners=owners, offers=rights, names=names, last=bool(owed.body["last"]))


async def _second(runtime: Runtime, owed: Outgoing, operation: Operation) -> Message:
    asked, by = owed.body["hash"], Identity(team=operation.who.team, user=owed.body["who"])
    words = await runtime.store.read(lambda tx: approvals.of_plan(tx, owed.subject, asked))
    rights = await runtime.store.read(lambda tx: offers.open_of(tx, owed.subject, runtime.clock.now()))
    waits = pending.open_word(operation, words, asked)
    names = await names_of(runtime, operation)
    return replies.second(operation, by, owed.body["because"], rights, open_word=waits, names=names)


async def _unhealthy(runtime: Runtime, owed: Outgoing, operation: Operation) -> Message | None:
    counts = operation.state is State.VERIFYING and operation.rollback_at
    if not counts or owed.body.get("until") not in {None, str(operation.rollback_at)}:
        return None  # None: written down before a countdown had a message of its own
    rights = await runtime.store.read(lambda tx: offers.open_of(tx, owed.subject, runtime.clock.now()))
    owners = runtime.catalogue.owners(operation.target.service)
    return unwell.call(operation, owners=owners, offers=rights, names=await names_of(runtime, operation))


async def _log(runtime: Runtime, owed: Outgoing, operation: Operation) -> Message:
    del owed
    return await log_of(runtime, operation)


async def log_of(runtime: Runtime, operation: Operation) -> Message:
    """The last lines of a run, cleaned and redacted."""
    found = runtime.catalogue.find(operation.target)
    logs = runtime.integration_of(found[1]).logs if found else None
    lines: tuple[str, ...] | Unknown = ()
    if logs is not None and operation.run:
        lines = await read("the log", logs.tail(Run(reference=operation.run, url=operation.run_url), LOG_LINES))
    if isinstance(lines, Unknown):
        lines = (f"{lines.what}: {lines.why}",)
    return replies.log_tail(operation, lines, redactor=runtime.redactor)


async def _changes(runtime: Runtime, owed: Outgoing, operation: Operation) -> Message | None:
    del owed
    return await summarising.summary(runtime, operation)


async def _more_changes(runtime: Runtime, owed: Outgoing, operation: Operation) -> Message | None:
    del owed
    return await summarising.rest(runtime, operation)


STANDING: dict[str, Callable[[Mapping[str, str]], Message]] = {
    "audit_head": audit.head,
    "restored": backups.restored,
    grouping.CHANGED: groups.changed,
}
"""Messages about the installation itself: all that they say stands in their row."""

RENDERERS: dict[str, Render] = {
    "operation_card": _card,
    "operation_opened": _opened,
    "operation_steps": _steps,
    "operation_ring": _ring,
    "operation_again": _again,
    "operation_log": _log,
    "operation_unhealthy": _unhealthy,
    "operation_reminder": _reminder,
    "operation_second": _second,
    "operation_wanted": _wanted,
    "operation_bypassed": _bypassed,
    "operation_changes": _changes,
    "operation_more_changes": _more_changes,
}
"""Every kind of owed message about an operation, and how it is made."""
