"""Every view with sample data: what `quarterdeck preview` prints and the tests walk through."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from bot.domain.approvals import Approval, Decision
from bot.domain.changes import ChangeSet, Relation
from bot.domain.help import Grant, HelpPage, Whoami
from bot.domain.holds import Hold
from bot.domain.leases import Deployment
from bot.domain.messages import Message, View
from bot.domain.operations import Effect, Operation, State
from bot.domain.people import Standing
from bot.domain.plans import Offer, OfferVerb, Plan, PlanState
from bot.domain.reasons import Reason
from bot.domain.status import Desk, ServiceStatus, Status, Waiting
from bot.domain.terms import MINUTE, SECOND, Action, Permission, Target, Unknown
from bot.domain.verdicts import Refusal
from bot.errors import UserError
from bot.ports import Finding, Severity
from bot.views import (
    asking,
    audit,
    backups,
    cards,
    changes,
    doctor,
    forms,
    history,
    holds,
    home,
    kit,
    notices,
    plan_moved,
    plans,
    refusals,
    replies,
    status,
    together,
    welcome,
    where,
    whoami,
    why,
)  # fmt: skip
from bot.views import help as helping
from bot.views.gallery_asking import asking_views
from bot.views.gallery_delivery import delivery_views
from bot.views.gallery_unwell import unwell_views
from bot.views.samples import ADA, GRACE, NEW, NOON, OLD, OTHER, Samples

Sample = Callable[[], Message | View]
V = OfferVerb
PLAN_OFFERS = (V.CONFIRM, V.SHOW_CHANGES, V.DECLINE)
CARD_OFFERS = (V.STOP, V.SHOW_CHANGES, V.SHOW_LOG, V.PLAN_ROLLBACK, V.PLAN_DEPLOY, V.DECIDE)


def gallery(s: Samples) -> Mapping[str, Sample]:
    """Name → a function without arguments that makes the view, all from these words."""
    made: dict[str, Sample] = {}
    for part in (
        _cards,
        unwell_views,
        asking_views,
        delivery_views,
        _plans,
        _closed_plans,
        _replies,
        _reading,
        _status,
        _people,
        _forms,
        _noes,
        _notices,
    ):
        made |= part(s)
    return made


def _cards(s: Samples) -> dict[str, Sample]:
    made: dict[str, Sample] = {f"card {state}": partial(_card, s, state) for state in State}
    looked = ("runs of deploy.yml since 14:02", f"{s.service} itself")
    return made | {
        "card decision with answers": lambda: cards.operation_card(
            s.operation(State.NEEDS_HUMAN), _answers(s), names=s.names, looked_at=looked
        ),
        "card live, not verified": lambda: cards.operation_card(s.operation(State.SUCCEEDED, verified=False), names=s.names),
        "card failed, nothing started": lambda: cards.operation_card(
            s.operation(State.FAILED, effect=Effect.NONE, run={}, reason=Reason.NEVER_STARTED, progress=(0, 0, ""),
                        note=f"Could not be started in 5 tries: {s.failure}"), names=s.names),
        "card failed, serves another": lambda: cards.operation_card(
            s.operation(State.FAILED, reason=Reason.NOT_SERVING, serving=OTHER, effect=Effect.UNKNOWN), names=s.names),
        "card rollback running": lambda: cards.operation_card(s.rollback(State.RUNNING, progress=(1, 2, s.step)), names=s.names),
        "card rollback done": lambda: cards.operation_card(s.rollback(), names=s.names),
        "card rollback failed": lambda: cards.operation_card(s.rollback(State.FAILED), names=s.names),
        "card observed": lambda: cards.observed_card(
            s.deployment(), changes=4, number=1290, offers=s.offers(V.SHOW_CHANGES, V.PLAN_ROLLBACK)),
    }  # fmt: skip


def _card(s: Samples, state: State) -> Message:
    return cards.operation_card(s.operation(state), s.offers(*CARD_OFFERS), names=s.names)


def _closed(s: Samples, state: PlanState) -> Message:
    return plans.plan_closed(s.plan(state=state, operation=1287), s.offers(V.PLAN_DEPLOY))


def _reply(s: Samples, make: replies.News, state: State, owners: tuple[str, ...]) -> Message:
    return make(s.operation(state), owners, (), s.names)


def _second_person(s: Samples, state: State, *, waits: bool) -> Message:
    rights = [replace(each, expires_at=NOON + MINUTE) for each in s.offers(V.AGREE)]
    return replies.second(s.operation(state), ADA, s.because or "no log", rights, open_word=waits, names=s.names)


def _changes(s: Samples, relation: Relation) -> Message:
    return changes.change_list(s.changes(relation), s.target)


def _answers(s: Samples) -> list[Offer]:
    offers = s.offers(V.DECIDE, V.SHOW_LOG, V.STOP)
    return [
        replace(offer, body={"answer": answer})
        for offer, answer in zip(offers, ("succeeded", "failed", "cancelled"), strict=True)
    ]


def _plans(s: Samples) -> dict[str, Sample]:
    offers = s.offers(*PLAN_OFFERS)
    return {
        "plan": lambda: plans.plan(s.plan(), offers, before="staging"),
        "plan with filled words": lambda: plans.plan(s.plan(filled=frozenset({"service", "ref"})), offers),
        "plan not merged": lambda: plans.plan(s.plan(merged=False, ref="#412"), offers),
        "plan not recorded": lambda: plans.plan(s.plan(recorded=OTHER), offers),
        "plan first deploy": lambda: plans.plan(s.plan(live="", recorded="", changes=None), offers),
        "plan first contact": lambda: plans.plan(s.plan(recorded=""), s.offers(*PLAN_OFFERS, V.ADOPT)),
        "plan without a range": lambda: plans.plan(s.plan(changes=None), offers),
        "plan diverged": lambda: plans.plan(s.plan(changes=s.changes(Relation.DIVERGED)), offers),
        "plan rollback": lambda: plans.plan(s.rollback_plan(), offers),
        "plan take-over": lambda: plans.plan(s.rollback_plan(takes_over=12, takes_over_state="running"), offers),
        "plan take-over, late landing": lambda: plans.plan(_taking_over(s), offers),
        "plan dry run": lambda: plans.plan(s.plan(), s.offers(V.SHOW_CHANGES), dry_run=True),
        "plans of two services": lambda: plans.plans(
            [(s.plan(), offers), (s.plan(id="plan-2", target=Target(service="api", environment="staging")), _second(s))]),
        "plan moved": lambda: plan_moved.plan_moved(
            s.plan(), s.plan(id="plan-2", revision=OTHER, changes=_one_more(s)), offers, kept_offers=_second(s)),
        "plan moved, planned again": lambda: plan_moved.plan_moved(
            s.plan(), s.plan(id="plan-2", revision=OTHER), (*offers, *s.offers(V.PLAN_DEPLOY)), why=s.note or "main moved."),
        "together": lambda: together.together([plans.plan(s.plan(), offers), *[refusals.refusal(_refusal(s))] * 20]),
        "plan moved, refused now": lambda: plan_moved.plan_moved(s.plan(), _refusal(s), kept_offers=_second(s)),
        "plan moved, live moved": lambda: plan_moved.plan_moved(
            s.plan(), s.plan(live=OTHER, policy_hash="p2", workflow="w2", takes_over=3), offers),
    }  # fmt: skip


def _one_more(s: Samples) -> ChangeSet:
    return replace(s.changes(), arriving=(s.extra_change(), *s.changes().arriving), total=s.changes().total + 1)


def _second(s: Samples) -> tuple[Offer, ...]:
    return tuple(replace(offer, id=f"{offer.id}-2") for offer in s.offers(*PLAN_OFFERS))


def _closed_plans(s: Samples) -> dict[str, Sample]:
    made: dict[str, Sample] = {f"plan {state}": partial(_closed, s, state) for state in PlanState}
    return made | {
        "plan expired at the click": lambda: plans.plan_expired(s.plan(), s.offers(V.PLAN_DEPLOY)),
        "second click": lambda: plans.second_click(1287, GRACE, before_you=2 * SECOND, names=s.names),
        "second click by yourself": lambda: plans.second_click(1287, ADA, before_you=2 * SECOND, you=True),
        "not yours": lambda: plans.not_yours(s.plan(), names=s.names),
        "accepted": lambda: plans.accepted(1287, s.plan(), permalink="https://acme.slack.com/archives/C1/p1"),
        "no open plans": plans.nothing_open,
    }


def _replies(s: Samples) -> dict[str, Sample]:
    owners = ("<!subteam^S01WEB>",)
    made: dict[str, Sample] = {
        f"reply {state}": partial(_reply, s, make, state, owners) for state, make in replies.NEWS.items()
    }
    redactor = kit.Redactor.of(("canary-secret-value",))
    return made | {
        "reply reminder": lambda: replies.reminder(s.operation(State.NEEDS_HUMAN), owners=owners, offers=_answers(s), names=s.names),
        "reply reminder, the last": lambda: replies.reminder(s.operation(State.NEEDS_HUMAN), names=s.names, last=True),
        "reply second person wanted": lambda: _second_person(s, State.NEEDS_HUMAN, waits=True),
        "reply second person, over": lambda: _second_person(s, State.NEEDS_HUMAN, waits=False),
        "reply second person, agreed": lambda: _second_person(s, State.CANCELLED, waits=False),
        "reply second person, moved on": lambda: _second_person(s, State.SUCCEEDED, waits=False),
        "reply rollback done": lambda: replies.NEWS[State.SUCCEEDED](s.rollback(), owners, (), s.names),
        "reply asks again": lambda: replies.asks_for_help(
            s.operation(State.NEEDS_HUMAN), owners=owners, offers=_answers(s), names=s.names, later=True),
        "reply opened": lambda: replies.opened(
            s.operation(State.QUEUED, because=s.because), typed=f"/ops deploy {s.service} {s.environment}", names=s.names),
        "reply step": lambda: replies.step(s.operation(State.RUNNING)),
        "reply log": lambda: replies.log_tail(s.operation(State.FAILED), s.log, redactor=redactor, cut=120),
        "reply log, empty": lambda: replies.log_tail(s.operation(State.FAILED), (), redactor=redactor),
        "stop question": lambda: asking.stop_question(
            s.operation(State.RUNNING), s.offers(V.STOP_NOW, V.DISMISS), names=s.names),
        "stop question, queued": lambda: asking.stop_question(s.operation(State.QUEUED), s.offers(V.STOP_NOW, V.DISMISS)),
    }  # fmt: skip


def _reading(s: Samples) -> dict[str, Sample]:
    made: dict[str, Sample] = {f"changes {relation}": partial(_changes, s, relation) for relation in Relation}
    entries: list[Operation | Deployment] = [
        s.rollback(),
        s.operation(State.ROLLED_BACK),
        s.deployment(),
        s.operation(State.SUCCEEDED),
    ]
    return made | {
        "changes, cut": lambda: changes.change_list(
            replace(s.changes(), total=s.many + 406), s.target, compare_url="https://github.com/acme/web"
        ),
        "changes, unreadable": lambda: changes.no_changes(s.target, s.failure, next_step="Try `/ops doctor`."),
        "changes of a card": lambda: changes.summary(s.changes(), s.target),
        "changes of a card, risky": lambda: changes.summary(
            s.risky_changes(), s.target, tickets="https://github.com/acme/web/issues/{ticket}"
        ),
        "changes of a card, the rest": lambda: (
            changes.rest(s.risky_changes(), s.target) or changes.summary(s.changes())
        ),
        "changes, risky": lambda: changes.change_list(s.risky_changes(), s.target),
        "changes with authors": lambda: changes.with_authors(
            _reply(s, replies.NEWS[State.SUCCEEDED], State.SUCCEEDED, ()), [ADA.user, GRACE.user] * 6
        ),
        "where": lambda: where.where([s.whereabouts(), s.whereabouts(merged=False)], "#412"),
        "where, unreadable": lambda: where.where(
            [s.whereabouts(sightings=(), problem=Unknown(what="#412", why=s.failure))], "#412"
        ),
        "where, nowhere": lambda: where.where([], s.ref),
        "plan, risky": lambda: plans.plan(s.plan(changes=s.risky_changes()), s.offers(*PLAN_OFFERS)),
        "history": lambda: history.history(s.target, entries, live=OLD, names=s.names, more=12),
        "history, empty": lambda: history.history(s.target, []),
        "why not": lambda: why.why(Action.DEPLOY, s.target, s.verdicts(), revision=NEW),
        "why, all pass": lambda: why.why(Action.ROLLBACK, s.target, s.verdicts()[:1], revision=OLD),
    }


def _status(s: Samples) -> dict[str, Sample]:
    trouble = s.service_status(running=s.operation(State.RUNNING))
    drifted = s.service_status(recorded=s.deployment(revision=OTHER, operation=3))
    unread = s.service_status(live=Unknown(what="what is live", why=s.failure))
    failed = s.service_status(last=s.operation(State.FAILED))
    same = ServiceStatus(service="billing", targets=(s.status_of("staging"), s.status_of()))
    everything = tuple([s.service_status(), trouble, drifted, unread, failed, same] * 50)
    desk = Desk(
        waiting=(Waiting(operation=s.operation(State.NEEDS_HUMAN), offers=s.offers(V.DECIDE)),),
        plans=((s.plan(), s.offers(*PLAN_OFFERS)),), running=(s.operation(State.RUNNING),), recent=(s.status_of(),) * 7,
    )  # fmt: skip
    return {
        "status": lambda: status.status(
            Status(services=(s.service_status(), same, trouble), scope="your services", others=41)
        ),
        "status, nothing": lambda: status.status(Status(services=(), others=3)),
        "status, 300 services": lambda: status.status(Status(services=everything)),
        "status all": lambda: status.status_table(Status(services=everything)),
        "status of a service": lambda: status.service_detail(unread, names=s.names),
        "status of a target": lambda: status.target_detail(failed.targets[-1], s.offers(V.SHOW_CHANGES), names=s.names),
        "home": lambda: home.home(desk, name=s.name, topics=s.topics(), names=s.names),
        "home, empty": lambda: home.home(Desk()),
        "mine": lambda: home.mine(desk, names=s.names),
        "mine, empty": lambda: home.mine(Desk()),
    }


def _people(s: Samples) -> dict[str, Sample]:
    grants = (
        Grant(permission=Permission.DEPLOY, allowed=True, rule="roles.deployers.may", where="in staging"),
        Grant(permission=Permission.ROLLBACK, allowed=False, rule="roles: nothing grants it", where="in production"),
    )
    page = HelpPage(allowed=s.topics(), refused=s.topics()[1:2], example=s.target, helpers=("<@U02GRACE>",))
    return {
        "whoami": lambda: whoami.whoami(Whoami(person=s.person(), grants=grants)),
        "whoami, guest": lambda: whoami.whoami(Whoami(person=s.person(Standing.GUEST))),
        "whoami, unreadable": lambda: whoami.whoami(Whoami(person=Unknown(what="you", why=s.failure))),
        "help": lambda: helping.help_page(page),
        "help, nothing allowed": lambda: helping.help_page(HelpPage(allowed=(), refused=s.topics(), where="here")),
        "help deploy": lambda: helping.help_topic(s.topics()[0]),
        "help, no examples": lambda: helping.help_topic(s.topics()[2]),
        "welcome channel": lambda: welcome.welcome_channel([s.service, "api"], example=s.target),
        "welcome channel, no services": lambda: welcome.welcome_channel([]),
        "welcome direct": lambda: welcome.welcome_direct(s.name, example=s.target),
        "doctor": lambda: doctor.doctor(list(_findings(s))),
        "doctor, all well": lambda: doctor.doctor([Finding(severity=Severity.FINE, subject="Slack", sentence="Fine.")]),
    }


def _findings(s: Samples) -> Iterator[Finding]:
    yield Finding(severity=Severity.FINE, subject="database", sentence="Writable.")
    yield Finding(severity=Severity.WARNING, subject="clock", sentence="4 s behind Slack.", fix="Run a time service.")
    for at in range(34):
        yield Finding(
            severity=Severity.PROBLEM, subject=f"{s.service} {at}", sentence=s.failure, fix="Check `/ops doctor`."
        )


def _forms(s: Samples) -> dict[str, Sample]:
    places = (forms.Choice(name="staging"), forms.Choice(name=s.environment, production=True))
    return {
        "form skeleton": forms.skeleton,
        "form deploy": lambda: forms.deploy_form([s.service, "api"], places, service=s.service, environment=s.environment, ref=s.ref),
        "form deploy, 300 services": lambda: forms.deploy_form([f"{s.service}{at}" for at in range(300)], places),
        "form rollback": lambda: forms.rollback_form([s.service], places, service=s.service, because=s.because),
        "form confirm": lambda: forms.confirm_form(_taking_over(s), carried="of-confirm"),
        "form decision": lambda: forms.decision_form(
            s.operation(State.NEEDS_HUMAN), carried="of-decide", answer="succeeded", looked_at=(s.note, "runs since 14:02")),
        "form decision, two people": lambda: forms.decision_form(s.operation(State.NEEDS_HUMAN), carried="x", second=True),
        "form decision, second person": lambda: forms.decision_form(
            s.operation(State.NEEDS_HUMAN), carried="x", answer="cancelled", first=_word(s), second=True, names=s.names),
        "form decision, serves the new": lambda: forms.decision_form(s.operation(State.NEEDS_HUMAN, serving=NEW), carried="x"),
        "form closed": lambda: forms.form_closed("Recorded", kit.inert(s.note or "Thank you.")),
        "form with a message": lambda: forms.message_form("Plan", plans.plan(s.plan()).blocks),
        "form gone": lambda: notices.window_gone_view("/ops deploy web"),
    }  # fmt: skip


def _word(s: Samples) -> Approval:
    because = s.because or "no process, no log"
    return Approval(plan_id="operation:1287", plan_hash="h", who=GRACE, decision=Decision.YES, at=NOON, because=because)


def _held(s: Samples) -> Message:
    found = [
        Hold(target=s.target, held_at=NOON, recorded=OLD, seen=NEW, asked_at=NOON),
        Hold(target=Target(service="api", environment="staging"), held_at=NOON, why=s.failure, asked_at=NOON),
        *(Hold(target=Target(service=f"svc-{number}", environment="staging"), held_at=NOON) for number in range(30)),
    ]
    right = s.offers(V.RELEASE)[0]
    ids = (right.id, f"{right.id}-2")
    rights = {each.target: (replace(right, id=name),) for name, each in zip(ids, found, strict=False)}
    return holds.held(found, rights, since=NOON)


def _taking_over(s: Samples) -> Plan:
    return s.rollback_plan(takes_over=12, takes_over_state="unknown", late_landing=True)


def _refusal(s: Samples) -> Refusal:
    return Refusal(action=Action.DEPLOY, target=s.target, verdicts=s.verdicts()[1:], passed=9)


def _noes(s: Samples) -> dict[str, Sample]:
    typo = f"There is no environment {s.environment} for {s.service}."
    return {
        "refusal": lambda: refusals.refusal(_refusal(s), s.offers(V.SHOW_CHANGES)),
        "refusal, dry run": lambda: refusals.refusal(_refusal(s), dry_run=True),
        "not understood": lambda: refusals.not_understood(
            typo, hint=f"Did you mean {s.environment}?", offers=s.suggestions(s.environment, "staging"), example="/ops deploy web staging"),
        "misunderstood": lambda: refusals.misunderstood(UserError(typo, hint="Try `/ops help`.")),
        "not possible": lambda: refusals.not_possible(typo, next_step="Try `/ops help`.", reason=Reason.PLAN_EXPIRED),
    }  # fmt: skip


def _notices(s: Samples) -> dict[str, Sample]:
    running = s.operation(State.RUNNING)
    return {
        "not recorded": lambda: notices.not_recorded("7f3a"),
        "broke": lambda: notices.broke("7f3a", done="Nothing was started."),
        "looking": lambda: notices.looking(s.service),
        "window gone": lambda: notices.window_gone(f"/ops deploy {s.service}"),
        "too old": lambda: notices.too_old(f"/ops status {s.service}"),
        "for somebody else": lambda: notices.for_somebody_else(s.name),
        "nothing to stop": lambda: notices.nothing_to_stop(s.target),
        "too late to stop": lambda: notices.too_late_to_stop(s.operation(State.VERIFYING)),
        "stopping": lambda: notices.stopping(running),
        "withdrawn": lambda: notices.withdrawn(running),
        "second person wanted": lambda: notices.second_wanted(s.operation(State.NEEDS_HUMAN)),
        "second person, not yourself": lambda: notices.second_wanted(s.operation(State.NEEDS_HUMAN), again=True),
        "held since a restore": lambda: _held(s),
        "nothing held any more": lambda: holds.held([], {}, since=NOON),
        "released": lambda: holds.released(s.target, NEW),
        "released unseen": lambda: holds.released(s.target, ""),
        "not held any more": lambda: holds.not_held(s.target),
        "not released, serves another": lambda: holds.moved(s.target, OTHER),
        "decided": lambda: notices.decided(s.operation(State.FAILED)),
        "not allowed": lambda: notices.not_allowed(f"You may not stop {s.service}.", ("<@U02GRACE>", "@backend")),
        "not allowed, nobody": lambda: notices.not_allowed("You may not do that."),
        "declined": lambda: notices.declined(s.target),
        "adopted": lambda: notices.adopted(s.target, NEW),
        "invite": lambda: notices.invite_hint("C0WEB"),
        "invite by name": lambda: notices.invite_hint(f"#{s.service}"),
        "back again": lambda: notices.back_again(
            NOON, NOON + 7 * MINUTE, lines=("#1287 went on and finished.", s.because)
        ),
        "arrived late": lambda: notices.arrived_late(f"/ops deploy {s.service}", late_by=7 * MINUTE),
        "audit head": lambda: audit.head({"id": "17", "hash": "5e" * 32, "count": "17"}),
        "restored": lambda: backups.restored(
            {"file": f"{s.service}.db", "at": str(NOON), "aside": f"{s.service}.db.old"}
        ),
        "already running": lambda: notices.already_running(running, names=s.names),
        "nothing again": notices.nothing_again,
        "unreachable": lambda: notices.unreachable(s.service, s.failure),
    }


GALLERY: Mapping[str, Sample] = gallery(Samples())
"""Every view by name, in plain words."""
