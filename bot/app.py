"""The composition root: the one file that knows every part; it discovers, builds, connects, and takes apart in order."""

import asyncio
import gc
import json
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict

import structlog

from bot import config
from bot.discovering import all_commands, build_integrations, integration_modules
from bot.domain.terms import MINUTE, SECOND, Millis, Target
from bot.engine.adopting import adopt
from bot.engine.catalogue import Catalogue, catalogue_of
from bot.engine.claiming import Claiming
from bot.engine.conversing import Conversation
from bot.engine.desk import Findings
from bot.engine.engine import OUTBOX_SWEEP, PLAN_SWEEP, RECORD_SWEEP, SECRET_SWEEP, Engine
from bot.engine.hinting import heard
from bot.engine.intake import Intake
from bot.engine.reconcile import SWEEP
from bot.engine.runtime import Home, Road, Runtime
from bot.engine.supervisor import Supervisor
from bot.errors import ChatError
from bot.examining import Subject, examine, instance_id
from bot.keeping import Keeper
from bot.ports import Clock, Finding, Integration, Random, RawDelivery, Surroundings
from bot.rehearsing import rehearsals, road_of
from bot.schedule import AlarmClock, LocalRunner, SystemClock, SystemRandom
from bot.situation import situation
from bot.slack.manifest import PATH
from bot.slack.room import SlackRoom
from bot.store import Store, ThreadedStore, Tx, deployments, inbox, operations, outbox, settings
from bot.store.backups import before_migration
from bot.store.errors import Trouble, Unusable
from bot.store.lockfile import instance_lock
from bot.store.retention import Ages, sweep
from bot.streaming import LOOK as STREAM_SWEEP
from bot.streaming import AuditStream, sink_of
from bot.views import holds, notices
from bot.views.kit import Redactor
from bot.web.admin import AdminSocket, path_beside
from bot.web.claims import ClaimDoor
from bot.web.health import Health
from bot.web.hints import HintDoor
from bot.web.listeners import Listener, SlackDoor, knock_app, private_app, public_app
from bot.web.metrics import Metrics, Reading
from bot.web.reach import beat

log = structlog.get_logger(__name__)
LOCK_WAIT: Millis = 60 * SECOND
RETENTION_SWEEP: Millis = 10 * MINUTE
NO_ROAD = Road()
HOME, PROBE = "home", "readiness-probe"


class App:
    """The running bot. Made by `running`, which takes it apart again."""

    def __init__(self, configuration: config.Configuration, *, clock: Clock, random: Random) -> None:
        self.configuration = configuration
        self.clock = clock
        self.random = random
        self.intake_open = False
        self.private_address = ""
        self.room: SlackRoom
        self.store: ThreadedStore
        self.keeper: Keeper
        self.stream: AuditStream | None = None
        self.engine: Engine
        self.claiming: Claiming | None = None
        public = configuration.web.public
        self.claim_door = ClaimDoor(lambda: self.claiming, clock.now, proxies=public.proxies if public else ())
        self.hint_door = HintDoor(self._heard, clock.now)
        self.supervisor = Supervisor(clock)
        self.runner = LocalRunner()
        self.alarm = AlarmClock()
        surroundings = Surroundings(
            clock=clock, random=random, folder=configuration.store.parent, secrets=configuration.secrets
        )
        self.integrations = build_integrations(configuration, integration_modules(), surroundings)

    async def _heard(self, connection: str, raw: RawDelivery) -> bool | None:
        """The web room's way to whoever understands it."""
        return await heard(self.engine.runtime, connection, raw) if self.intake_open else None

    def degraded(self) -> tuple[str, ...]:
        """What is out of reach, in words; it fails no health check."""
        problem = self.room.problem
        return (f"Slack: {problem}",) if problem else ()


def build_engine(
    configuration: config.Configuration,
    *,
    store: Store,
    room: SlackRoom,
    runner: LocalRunner,
    supervisor: Supervisor,
    clock: Clock,
    random: Random,
    integrations: Mapping[str, Integration],
    home: Home,
    examine: Findings,
    road: Road = NO_ROAD,
) -> Engine:
    """The engine with everything it needs handed down."""
    runtime = Runtime(
        catalogue=catalogue_of(configuration),
        store=store,
        chat=room.chat,
        clock=clock,
        random=random,
        runner=runner,
        supervisor=supervisor,
        integrations=integrations,
        home=home,
        redactor=Redactor.of(configuration.secrets),
        road=road,
    )
    conversation = Conversation(runtime, all_commands(), line_of=configuration.line_of, examine=examine)
    intake = Intake(runtime, instant=conversation.instant, work=conversation.work, suggest=conversation.suggest)
    return Engine(runtime, intake)


def subject_of(app: App) -> Subject:
    """What the doctor looks at."""
    return Subject(
        configuration=app.configuration,
        catalogue=catalogue_of(app.configuration),
        room=app.room,
        integrations=app.integrations,
        clock=app.clock,
        running=app.intake_open,
    )


@asynccontextmanager
async def running(configuration: config.Configuration, *, lock_wait: Millis = LOCK_WAIT) -> AsyncIterator[App]:
    """The bot, ready. Leaving the block stops it: intake first, then passes, listeners, store and lock."""
    async with AsyncExitStack() as stack:
        app = App(configuration, clock=SystemClock(), random=SystemRandom())
        await _lock(app, stack, lock_wait)
        app.store = await _open_store(app)
        stack.push_async_callback(app.store.close)
        app.keeper = Keeper(configuration, store=app.store, clock=app.clock)
        sink = sink_of(configuration)
        app.stream = AuditStream(sink, store=app.store, clock=app.clock) if sink else None
        app.room = SlackRoom(configuration.slack, app.clock, app.random)
        stack.push_async_callback(app.room.stop)
        await _open_private(app, stack)
        home = await _introduce(app)
        app.engine = build_engine(
            configuration,
            store=app.store,
            room=app.room,
            runner=app.runner,
            supervisor=app.supervisor,
            clock=app.clock,
            random=app.random,
            integrations=app.integrations,
            home=home,
            examine=lambda: examine(subject_of(app)),
            road=road_of(public.url if (public := configuration.web.public) else "", app.private_address),
        )
        app.claiming = Claiming(app.engine.runtime)
        stack.push_async_callback(app.engine.end)
        _wake(app, stack)
        await app.keeper.begin()
        unfinished = await app.engine.begin()
        await app.room.listen(app.engine.intake.receive)
        stack.push_async_callback(_close_intake, app)
        await _open_public(app, stack)
        await _open_admin(app, stack)
        app.intake_open = True
        gc.freeze()
        gc.set_threshold(100_000, 50, 1000)
        log.info("ready", team=home.team, unfinished=unfinished, mode=str(configuration.slack.mode))
        yield app


async def run(configuration: config.Configuration, *, lock_wait: Millis = LOCK_WAIT) -> None:
    """Run until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running(configuration, lock_wait=lock_wait) as app:
        print(f"Quarterdeck is ready ({configuration.slack.mode} mode).", flush=True)  # noqa: T201 (for whoever started it)
        await stop.wait()
        log.info("stopping")
        app.intake_open = False


async def _lock(app: App, stack: AsyncExitStack, wait: Millis) -> None:
    """Be the only instance on this database; wait a minute for the one before to let go."""
    path = app.configuration.store
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    until = app.clock.now() + wait
    while True:
        try:
            stack.enter_context(instance_lock(path, since=app.clock.now()))
        except Unusable as error:
            if error.trouble is not Trouble.HELD or app.clock.now() >= until:
                raise
            log.warning("waiting for the other instance", error=str(error))
            await app.clock.sleep(SECOND)
        else:
            return


async def _open_store(app: App) -> ThreadedStore:
    """The database, brought up to date; of an older one there is a copy first. The lock is ours."""
    path, now = app.configuration.store, app.clock.now()
    copy = await asyncio.to_thread(before_migration, path, app.configuration.backup_folder, now)
    if copy is not None:
        log.info("backup made before the database is brought up to date", file=str(copy))
    return await ThreadedStore.open(path)


async def _introduce(app: App) -> Home:
    """Who we are: asked of Slack, or remembered where Slack cannot be reached now (status and reconcile go on without it)."""
    try:
        found = await app.room.connect()
    except ChatError as error:
        known = await app.store.read(lambda tx: settings.get(tx, HOME))
        if known is None or not _passing(error):
            raise
        log.warning("Slack cannot be reached; going on as before", error=str(error))
        return Home(**json.loads(known))
    home = Home(team=found.team, bot_user=found.bot_user, enterprise=found.enterprise, name=found.name or found.bot)
    await app.store.write(lambda tx: settings.put(tx, HOME, json.dumps(asdict(home))))
    return home


def _passing(error: ChatError) -> bool:
    return error.lost or error.code in {"unreachable", "timeout", "connection_lost", "ratelimited"}


async def _open_private(app: App, stack: AsyncExitStack) -> None:
    health = Health(
        writer_alive=lambda: app.store.alive,
        write=lambda: app.store.write(lambda tx: settings.put(tx, PROBE, str(app.clock.now()))),
        intake_open=lambda: app.intake_open,
        degraded=app.degraded,
    )

    async def measure() -> bytes:
        return Metrics(await _reading(app)).render()

    private = private_app(health, measure)
    app.claim_door.add_to(private)
    app.hint_door.add_to(private)
    listener = Listener(private, app.configuration.web.private.listen, "web.private.listen")
    app.private_address = await listener.open()
    stack.push_async_callback(listener.close)


async def _reading(app: App) -> Reading:
    def count(tx: Tx) -> tuple[int, int, dict[str, int]]:
        return outbox.waiting(tx), inbox.waiting(tx), operations.by_state(tx)

    owed, working, states = await app.store.read(count)
    age = await app.keeper.age()
    return Reading(
        connections=app.room.connected,
        intake_open=app.intake_open,
        writes_waiting=app.store.waiting,
        outbox_waiting=owed,
        inbox_waiting=working,
        operations=states,
        calls=app.room.calls,
        passes=app.supervisor.busy,
        backup_age=None if age is None else age / 1000,
        backup_failures=app.keeper.failures,
        audit_lag=await _lag(app),
        audit_failures=app.stream.failures if app.stream else 0,
    )


async def _open_public(app: App, stack: AsyncExitStack) -> None:
    public, secret = app.configuration.web.public, app.configuration.slack.signing_secret
    if public is None:
        return
    instance = instance_id(app.configuration.store)
    opened = knock_app(instance)
    if secret is not None:
        door = SlackDoor(
            path=PATH,
            secret=secret.get_secret_value(),
            now=app.clock.now,
            dispatch=app.room.dispatch,
            instance=instance,
        )
        opened = public_app(door)
    app.claim_door.add_to(opened)
    app.hint_door.add_to(opened)
    listener = Listener(opened, public.listen, "web.public.listen")
    await listener.open()
    stack.push_async_callback(listener.close)


async def _lag(app: App) -> tuple[int, float] | None:
    """Lines of the audit that wait for the stream, and for how many seconds the first of them does; None: there is no stream."""
    if app.stream is None:
        return None
    found = await app.stream.lag()
    return found.lines, max(0, app.clock.now() - found.since) / 1000 if found.lines else 0.0


async def _open_admin(app: App, stack: AsyncExitStack) -> None:
    """For commands typed on this machine while the bot runs."""

    async def status(asked: Mapping[str, object]) -> Mapping[str, object]:
        del asked
        calls = {f"{method} {outcome}": count for (method, outcome), count in app.room.calls.items()}
        rows = await app.store.read(situation)
        return {**asdict(await _reading(app)), **rows, "calls": calls, "degraded": list(app.degraded())}

    async def adopt_one(asked: Mapping[str, object]) -> Mapping[str, object]:
        wanted = matching(
            app.engine.runtime.catalogue, str(asked.get("service", "")), str(asked.get("environment", ""))
        )
        release = asked.get("release") is True
        return {"lines": [await _adopt(app.engine.runtime, target, release=release) for target in wanted]}

    async def back_up(asked: Mapping[str, object]) -> Mapping[str, object]:
        del asked
        return await app.keeper.on_request()

    async def rehearse(asked: Mapping[str, object]) -> Mapping[str, object]:
        return await rehearsals(Claiming(app.engine.runtime), app.engine.runtime.road, asked)

    verbs = {"status": status, "adopt": adopt_one, "backup": back_up, "rehearse": rehearse}
    admin = AdminSocket(path_beside(app.configuration.store), verbs)
    await admin.open()
    stack.push_async_callback(admin.close)


def matching(catalogue: Catalogue, service: str, environment: str) -> list[Target]:
    """The targets of a service and environment; an empty word means all."""
    return [
        target
        for target in catalogue.targets()
        if service in {"", target.service} and environment in {"", target.environment}
    ]


def _wake(app: App, stack: AsyncExitStack) -> None:
    engine = app.engine
    app.runner.connect(engine.dispatch)
    stack.callback(app.runner.close)
    app.alarm.every(SWEEP, "operations", engine.sweep_operations)
    app.alarm.every(OUTBOX_SWEEP, "outbox", engine.sweep_outbox)
    app.alarm.every(PLAN_SWEEP, "plans", engine.sweep_plans)
    app.alarm.every(SECRET_SWEEP, "secrets", engine.sweep_secrets)
    app.alarm.every(RECORD_SWEEP, "records", engine.sweep_records)
    app.alarm.every(RETENTION_SWEEP, "retention", lambda: _forget(app))
    for name, (every, sweep_once) in app.keeper.sweeps().items():
        app.alarm.every(every, name, sweep_once)
    if app.stream is not None:
        app.alarm.every(STREAM_SWEEP, "audit stream", app.stream.push)
    heartbeat = app.configuration.heartbeat
    if heartbeat is not None:
        app.alarm.every(int(heartbeat.every), "heartbeat", lambda: _beat(app, str(heartbeat.url)))
    app.alarm.start()
    stack.callback(app.alarm.close)


async def _forget(app: App) -> None:
    """Rows that are older than `retention` go, a bounded number at a time."""
    kept = app.configuration.retention
    ages = Ages(inbox=kept.inbox, plans=kept.plans, deliveries=kept.deliveries, events=kept.events)
    now = app.clock.now()
    gone = await app.store.write(lambda tx: sweep(tx, now, ages))
    if any(gone.values()):
        log.info("forgot old rows", **gone)


async def _beat(app: App, url: str) -> None:
    """The outside watcher is told only while deliveries are taken and the database answers."""
    if not app.intake_open or not app.store.alive:
        return
    trouble = await beat(url)
    if trouble:
        log.warning("heartbeat not delivered", why=trouble)


async def _close_intake(app: App) -> None:
    app.intake_open = False
    await app.room.close_intake()


async def _adopt(runtime: Runtime, target: Target, *, release: bool) -> Mapping[str, object]:
    """Adopt one target: the words for people, and whether anything was recorded or released."""
    said = await adopt(runtime, target, by="cli", release=release)
    good = await runtime.store.read(lambda tx: deployments.current(tx, target))
    adopted = good is not None and said == notices.adopted(target, good.revision)
    adopted = adopted or said == holds.released(target, "")
    return {"text": f"{target}: {said.text}", "adopted": adopted}


async def adopting(
    configuration: config.Configuration, service: str, environment: str, *, release: bool = False
) -> list[Mapping[str, object]]:
    """Record what targets serve now as known to be good: a line (`text`, `adopted`) for each. The bot must not be running."""
    async with AsyncExitStack() as stack:
        app = App(configuration, clock=SystemClock(), random=SystemRandom())
        stack.enter_context(instance_lock(configuration.store, since=app.clock.now()))
        app.store = await _open_store(app)
        stack.push_async_callback(app.store.close)
        app.room = SlackRoom(configuration.slack, app.clock, app.random)
        stack.push_async_callback(app.room.stop)
        engine = build_engine(
            configuration,
            store=app.store,
            room=app.room,
            runner=app.runner,
            supervisor=app.supervisor,
            clock=app.clock,
            random=app.random,
            integrations=app.integrations,
            home=Home(team="", bot_user=""),
            examine=lambda: examine(subject_of(app)),
        )
        wanted = matching(engine.runtime.catalogue, service, environment)
        return [await _adopt(engine.runtime, target, release=release) for target in wanted]


async def findings(configuration: config.Configuration) -> tuple[Finding, ...]:
    """The doctor's report from outside the running bot."""
    app = App(configuration, clock=SystemClock(), random=SystemRandom())
    app.room = SlackRoom(configuration.slack, app.clock, app.random)
    try:
        return await examine(subject_of(app))
    finally:
        await app.room.stop()
