"""Apps and agents: one that may propose gets its proposal shown to people, and JSON back; what any other app says is not heard."""

from collections.abc import Sequence
from typing import Any

import structlog

from bot.commanding import Context, Misunderstood, Parsed, Vocabulary, parse
from bot.domain.plans import Offer, OfferVerb
from bot.domain.proposing import against, may_propose
from bot.domain.requests import Invocation, Request
from bot.domain.restraint import hurried_until
from bot.domain.terms import DAY, Action, Door, Target, Unknown
from bot.domain.verdicts import Verdict
from bot.engine import asking, people, placing
from bot.engine.answering import Answering
from bot.engine.runtime import Runtime
from bot.errors import UserError
from bot.store import Tx, audit, offers
from bot.store import people as people_rows
from bot.views import proposals

log = structlog.get_logger(__name__)
SCHEMA = 1
MOST, CUT = 5, 200  # reasons, and characters of each: what is cut would be no JSON
LIFE = DAY
VERBS = {Action.ROLLBACK: OfferVerb.PLAN_ROLLBACK}


async def heard(runtime: Runtime, answering: Answering, line: str, vocabulary: Vocabulary) -> None:
    """A mention by an app. Only one that may propose somewhere is answered, so that two programs never talk to each other."""
    invocation = answering.delivery.invocation
    person = await people.who(runtime, invocation.who, acting=True)
    roles, home = runtime.catalogue.roles, runtime.home.team
    place = await placing.named(runtime, invocation.where)
    targets: list[Target | None] = [*runtime.catalogue.targets()]
    may = not isinstance(person, Unknown) and any(
        may_propose(person, each, roles, home_team=home, place=place) for each in targets
    )
    if isinstance(person, Unknown) or not may:
        log.info("an app was not heard", user=invocation.who.user)
        return
    request = _request(line, vocabulary, invocation)
    if not isinstance(request, Request):
        await answering.in_thread(proposals.answered({"schema": SCHEMA, "status": "not_understood", **request}))
        return
    for target in request.targets:
        allowed = may_propose(person, target, roles, home_team=home, place=place)
        await _one(runtime, answering, request, target, allowed=allowed)


def _request(line: str, vocabulary: Vocabulary, invocation: Invocation) -> Request | dict[str, Any]:
    outcome = parse(line, vocabulary, Context(door=Door.MENTION))
    if isinstance(outcome, Misunderstood):
        return {"problem": outcome.problem[:CUT]}
    if not isinstance(outcome, Parsed):
        return {"problem": outcome.problem[:CUT], "missing": list(outcome.missing)}
    if outcome.command.request is None:
        return {"problem": f"{outcome.command.name} is not something to propose"}
    try:
        made = outcome.command.request(outcome.words, invocation)
    except UserError as error:
        return {"problem": str(error)[:CUT]}
    if not isinstance(made, Request):
        return {"problem": f"{outcome.command.name} is for people only"}
    return made


async def _one(runtime: Runtime, answering: Answering, request: Request, target: Target, *, allowed: bool) -> None:
    invocation = answering.delivery.invocation
    about = {"action": str(request.action), "service": target.service, "environment": target.environment}
    if not allowed:
        await _back(answering, "forbidden", about)
        return
    if await _too_often(runtime, invocation):
        await _back(answering, "too_often", about)
        return
    verdicts, revision = await asking.why(runtime, request, invocation, target)
    no = against(verdicts)
    if no:
        await _back(answering, "refused", about, no)
        return
    right = _right(runtime, invocation, request, target, revision)
    await runtime.store.write(lambda tx: _keep(tx, runtime, invocation, target, request.because, right))
    names = await runtime.store.read(lambda tx: people_rows.names(tx, invocation.who.team))
    await answering.in_thread(
        proposals.proposal(invocation.who, request.action, target, revision, request.because, (right,), names=names)
    )
    await _back(answering, "proposed", {**about, "revision": revision})


async def _back(answering: Answering, status: str, about: dict[str, str], no: Sequence[Verdict] = ()) -> None:
    reasons = [
        {"code": str(each.reason or ""), "sentence": each.sentence[:CUT], "next_step": each.next_step[:CUT]}
        for each in no
    ]
    content = {"schema": SCHEMA, "status": status, **about, **({"reasons": reasons} if reasons else {})}
    await answering.in_thread(proposals.answered(content))


async def _too_often(runtime: Runtime, invocation: Invocation) -> bool:
    now = runtime.clock.now()
    made = await runtime.store.read(lambda tx: offers.of_subject(tx, _subject(invocation)))
    return bool(hurried_until([each.created_at for each in made], runtime.catalogue.limit, now))


def _subject(invocation: Invocation) -> str:
    return f"proposal:{invocation.who.team}/{invocation.who.user}"


def _right(runtime: Runtime, invocation: Invocation, request: Request, target: Target, revision: str) -> Offer:
    """Anybody may press it: it shows a plan of theirs, by their rights."""
    now = runtime.clock.now()
    return Offer(
        id=runtime.random.token(),
        verb=VERBS.get(request.action, OfferVerb.PLAN_DEPLOY),
        subject=_subject(invocation),
        audience="",
        body={
            "proposal": "yes",
            "action": str(request.action),
            "service": target.service,
            "environment": target.environment,
            "ref": request.ref or ("" if request.action is Action.PROMOTE else revision),
            "because": request.because,
        },
        single_use=False,
        created_at=now,
        expires_at=now + LIFE,
    )


def _keep(tx: Tx, runtime: Runtime, invocation: Invocation, target: Target, because: str, right: Offer) -> None:
    offers.insert_many(tx, (right,))
    who = invocation.who
    audit.append(
        tx, at=runtime.clock.now(), actor=f"{who.team}/{who.user}", action="proposal.made",
        subject=f"target:{target.service}/{target.environment}", reason=because, body={"ref": right.body["ref"]},
    )  # fmt: skip
