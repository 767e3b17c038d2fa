"""Who may approve an operation, read as it is now: people, groups that count, accounts that are one person, authors."""

from bot.domain.approving import Approver, Wanted, may_approve
from bot.domain.changes import ChangeSet
from bot.domain.facts import Live
from bot.domain.kinship import Authors, Marks, authors_of
from bot.domain.operations import Operation
from bot.domain.plans import Plan
from bot.domain.quorums import ApprovalRule, needed
from bot.domain.roles import channels_of
from bot.domain.terms import Action, Identity, Permission, Target, Unknown
from bot.engine import people
from bot.engine.catalogue import Environment, is_user
from bot.engine.runtime import Runtime
from bot.store import Tx, groups, memberships, plans
from bot.store import people as people_rows


def rule_of(runtime: Runtime, plan: Plan, *, automatic: bool = False) -> ApprovalRule | None:
    """The rule that this plan has to satisfy; None where nobody else has to agree."""
    found = runtime.catalogue.find(plan.target)
    rule = found[1].policy.approvals if found else None
    asked = needed(rule, plan.action, automatic=automatic, takes_over=plan.takes_over)
    return rule if asked else None


async def approver(runtime: Runtime, identity: Identity) -> Approver:
    """Somebody as Slack describes them now, with the groups that count for approvals."""
    person = await people.who(runtime, identity, acting=True)
    if isinstance(person, Unknown):
        return Approver(person=person)
    before = runtime.clock.now() - runtime.catalogue.group_delay
    lasting = await runtime.store.read(lambda tx: memberships.seasoned(tx, identity.user, before))
    marks = runtime.catalogue.marks(identity.user, person.email)
    return Approver(person=person, marks=marks, seasoned=person.groups & lasting)


async def wanted(runtime: Runtime, plan: Plan, rule: ApprovalRule) -> Wanted:
    """What is asked of people about this plan."""
    authors = authors_in(runtime, plan) if rule.not_authors else Authors()
    accounts = [Identity(team=plan.who.team, user=user) for user in sorted(authors.users)]
    asker, *written = await runtime.store.read(lambda tx: [marks(tx, runtime, each) for each in (plan.who, *accounts)])
    return Wanted(
        target=plan.target,
        rule=rule,
        asker=asker,
        authors=tuple(written),
        home_team=runtime.home.team,
        roles=runtime.catalogue.roles,
        rule_key=f"services.{plan.target.service}.environments.{plan.target.environment}.approvals",
    )


def marks(tx: Tx, runtime: Runtime, identity: Identity) -> Marks:
    """Everything that a user is known by, with the address of their Slack profile as last read."""
    known = people_rows.get(tx, identity)
    return runtime.catalogue.marks(identity.user, known.email if known else "")


def authors_in(runtime: Runtime, plan: Plan) -> Authors:
    """Who wrote what the plan brings; a rollback brings nothing new."""
    if plan.changes is None or plan.action is Action.ROLLBACK:
        return Authors()
    return authors_of(plan.changes, runtime.catalogue.known())


def authors(
    runtime: Runtime, environment: Environment, live: Live | Unknown | None, changes: ChangeSet | Unknown | None
) -> Authors | Unknown | None:
    """The same for the gates: None where nobody asks for authors, or nothing is live yet that there could be a range from."""
    rule = environment.policy.approvals
    if rule is None or not rule.not_authors:
        return None
    if isinstance(changes, ChangeSet):
        return authors_of(changes, runtime.catalogue.known())
    if isinstance(changes, Unknown) or isinstance(live, Unknown):
        return changes if isinstance(changes, Unknown) else None  # what is live has a gate of its own
    if live is None or not live.revision:
        return None
    return Authors(gap="what changes cannot be read from its repository")


def asked_of(runtime: Runtime, rule: ApprovalRule, target: Target) -> tuple[str, ...]:
    """Who is asked, as the configuration names them: user ids, groups, `members`; by the roles where the rule names nobody."""
    if rule.people:
        return tuple(sorted(rule.people))
    roles = (role for role in runtime.catalogue.roles if Permission.APPROVE in role.may)
    return tuple(sorted({who for role in roles if role.covers(target) for who in role.people}))


async def may_answer(runtime: Runtime, operation: Operation, found: Approver) -> bool:
    """Whether a request for approval waits for this person."""
    plan = await runtime.store.read(lambda tx: plans.get(tx, operation.plan_id))
    rule = rule_of(runtime, plan) if plan else None
    if plan is None or rule is None:
        return False
    anywhere = channels_of(Permission.APPROVE, plan.target, runtime.catalogue.roles)
    return may_approve(found, await wanted(runtime, plan, rule), place=anywhere).passed


async def called(runtime: Runtime, operation: Operation) -> tuple[str, ...]:
    """Whom the call mentions: people and groups by their ids; of a group that is named by its handle those who could approve it."""
    plan = await runtime.store.read(lambda tx: plans.get(tx, operation.plan_id))
    rule = rule_of(runtime, plan) if plan else None
    if plan is None or rule is None:
        return ()
    named = asked_of(runtime, rule, plan.target)
    direct = [f"<@{who}>" for who in named if is_user(who)]
    by_id = [f"<!subteam^{who}>" for who in named if is_group_id(who)]
    handles = [who for who in named if who != "members" and not is_user(who) and not is_group_id(who)]

    def look(tx: Tx) -> list[str]:
        inside = {user for handle in handles for user in groups.members(tx, handle) or ()}
        return sorted(f"<@{user}>" for user in inside)

    involved = {f"<@{user}>" for user in authors_in(runtime, plan).users} if rule.not_authors else set()
    involved.add(plan.who.mention)
    everybody = [*direct, *by_id, *await runtime.store.read(look)]
    return tuple(who for who in dict.fromkeys(everybody) if who not in involved)


def is_group_id(who: str) -> bool:
    """Whether a word of the configuration is the id of a user group, which Slack can mention."""
    return who.startswith("S") and who.isalnum() and who.isupper()
