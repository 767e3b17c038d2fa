"""A thousand operations that a process left unfinished, each on a target of its own, and the engine that finds them."""

from dataclasses import replace

from pydantic import BaseModel

from bot.domain.operations import Attempt, AttemptKey, AttemptState, Operation, State
from bot.domain.terms import MINUTE, Action, Identity, Millis, Target
from bot.engine.engine import Engine
from bot.engine.intake import Intake, Prepared
from bot.engine.runtime import Home, Runtime
from bot.engine.supervisor import Supervisor
from bot.ports import Integration
from bot.schedule import LocalRunner, SystemClock, SystemRandom
from bot.store import Store, Tx, attempts, leases, operations
from bot.views.kit import Redactor
from tests.fakes.chat import TEAM, acme
from tests.fakes.deployer import sha
from tests.support.people import BOT
from tests.support.ship import catalogue

STATES = (State.RUNNING, State.TRIGGERING, State.VERIFYING, State.UNKNOWN, State.CANCELLING)
ADA = Identity(team=TEAM, user="U02ADA")
REVISION = sha("5d2f0b7")


def target(number: int) -> Target:
    """The target of the operation with that number."""
    return Target(service=f"service-{number}", environment="staging")


def key(number: int) -> AttemptKey:
    """Its only attempt."""
    return AttemptKey(operation=number, step=1, n=1)


def left_behind(tx: Tx, size: int, *, now: Millis, reference: str) -> None:
    """The rows of operations 1 to `size`, in every state that reconcile looks at; `reference` is the word of a run's key."""
    for number in range(1, size + 1):
        state = STATES[number % len(STATES)]
        run = {} if state is State.TRIGGERING else {reference: str(key(number))}
        made = Operation(
            id=0, plan_id="", plan_hash="h", action=Action.DEPLOY, target=target(number), revision=REVISION, who=ADA,
            state=state, attempt=1, epoch=1, run=run, channel="team-web", created_at=now, started_at=now, changed_at=now,
            due_at=now, deadline_at=now + 30 * MINUTE, stop_asked_by=ADA if state is State.CANCELLING else None,
        )  # fmt: skip
        assert operations.insert(tx, made).id == number
        assert leases.take(tx, target(number), number, now) is not None
        bound = AttemptState.BOUND if run else AttemptState.OPEN
        attempts.insert(tx, Attempt(key=key(number), state=bound, sent_at=now, epoch=1, run=run))


def engine(store: Store, integration: Integration, how: BaseModel, size: int) -> Engine:
    """A process that has just started on those rows, with real time and nobody who types."""
    base = catalogue()
    web = base.services["web"]
    staging = replace(web.environments[0], via=integration.name, how=how)
    services = {
        target(number).service: replace(
            web, name=target(number).service, environments=(replace(staging, target=target(number)),)
        )
        for number in range(1, size + 1)
    }
    clock = SystemClock()
    runner = LocalRunner()
    runtime = Runtime(
        catalogue=replace(base, services=services), store=store, chat=acme(), clock=clock, random=SystemRandom(),
        runner=runner, supervisor=Supervisor(clock), integrations={integration.name: integration},
        home=Home(team=TEAM, bot_user=BOT), redactor=Redactor.of(()),
    )  # fmt: skip
    made = Engine(runtime, Intake(runtime, instant=lambda _: Prepared(), work=_nothing, suggest=_no_options))
    runner.connect(made.dispatch)
    return made


async def _nothing(_: object) -> None:
    """Nobody asks for anything."""


async def _no_options(_: object) -> tuple[tuple[str, str], ...]:
    return ()
