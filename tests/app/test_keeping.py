"""What the running bot keeps: backups by time, the audit's head outside, and a word about a restored database."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Migrations

from bot import config
from bot.app import running
from bot.discovering import integration_models, integration_modules
from bot.domain.terms import DAY, HOUR, MINUTE
from bot.keeping import KIND, RETRY, Keeper
from bot.playground.playground import Playground
from bot.store import InlineStore, Store, audit, backups, outbox, settings
from bot.store.database import connect
from bot.store.migrations import MIGRATIONS, migrate
from bot.views import audit as audit_views
from bot.views import backups as backup_views
from tests.app.harbour import harbour, installation

NOON = 20_000 * DAY + 12 * HOUR
TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1-abc", "SLACK_APP_TOKEN": "xapp-1-abc", "SLACK_BASE_URL": "http://127.0.0.1:9/api/"}


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> int:
        return self.time

    async def sleep(self, millis: int) -> None:
        self.time += millis


@pytest.fixture
def configuration(tmp_path: Path) -> config.Configuration:
    """With an admin channel, two backups an hour apart."""
    path = installation(tmp_path)
    path.write_text(path.read_text().replace("slack:", "backups: {keep: 2}\nslack:\n  admin_channel: ops", 1))
    return config.load(path, integration_models(integration_modules()), TOKENS)


@pytest.fixture
async def store(configuration: config.Configuration) -> AsyncIterator[Store]:
    """The database."""
    store = InlineStore.open(configuration.store)
    yield store
    await store.close()


@pytest.fixture
def clock() -> Hands:
    """At noon."""
    return Hands()


@pytest.fixture
def keeper(configuration: config.Configuration, store: Store, clock: Hands) -> Keeper:
    """Of that database."""
    return Keeper(configuration, store=store, clock=clock)


async def test_one_when_the_last_is_old_enough(
    keeper: Keeper, clock: Hands, configuration: config.Configuration, store: Store
) -> None:
    """However often it is looked at, and however often the bot restarts; the newest two are kept."""
    assert await keeper.age() is None
    assert await keeper.back_up_if_due() is not None
    clock.time += HOUR - MINUTE
    again = Keeper(configuration, store=store, clock=clock)
    assert await again.back_up_if_due() is None
    assert await again.age() == HOUR - MINUTE
    for _ in range(3):
        clock.time += HOUR
        assert await again.back_up_if_due() is not None
    kept = backups.listed(configuration.backup_folder, configuration.store)
    assert [each.at for each in kept] == [clock.time, clock.time - HOUR]


async def test_a_clock_that_was_set_back(keeper: Keeper, clock: Hands) -> None:
    """A copy from the future does not hold up the next one."""
    await keeper.back_up_if_due()
    clock.time -= DAY
    assert await keeper.back_up_if_due() is not None


async def test_a_failure_is_counted_and_tried_again(
    keeper: Keeper, clock: Hands, configuration: config.Configuration
) -> None:
    """It stops nothing, does not fill the log, and mends itself."""
    configuration.backup_folder.write_text("in the way")
    assert await keeper.back_up_if_due() is None
    assert await keeper.back_up_if_due() is None
    assert keeper.failures == 1
    clock.time += RETRY
    assert await keeper.back_up_if_due() is None
    assert keeper.failures == 2
    assert "cannot be made" in str((await keeper.on_request())["why"])
    configuration.backup_folder.unlink()
    clock.time += RETRY
    assert await keeper.back_up_if_due() is not None


async def test_a_large_one_goes_on_by_itself(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asked is told so before their patience ends."""
    monkeypatch.setattr("bot.keeping.PATIENCE", 0)
    assert await keeper.on_request() == {"going_on": True}
    assert keeper._asked is not None
    assert isinstance(await keeper._asked, backups.Backup)


async def test_the_head_goes_to_the_admin_channel_once_a_day(keeper: Keeper, clock: Hands, store: Store) -> None:
    """Not before there is a line; then once a day, with all that is needed to compare."""
    await keeper.begin()
    assert await store.read(lambda tx: outbox.of_subject(tx, "audit")) == ()
    line = await store.write(lambda tx: audit.append(tx, at=1, actor="T1/U1", action="a", subject="s"))
    for _ in range(3):
        await keeper.post_head()
    (owed,) = await store.read(lambda tx: outbox.of_subject(tx, "audit"))
    assert owed.channel == "ops"
    assert f"`1:{line.hash}`" in json.dumps(audit_views.head(owed.body).blocks)
    clock.time += DAY
    await keeper.post_head()
    assert len(await store.read(lambda tx: outbox.of_subject(tx, "audit"))) == 2


async def test_no_admin_channel(configuration: config.Configuration, clock: Hands, store: Store) -> None:
    """Then nothing is posted; the log has it."""
    quiet = replace(configuration, slack=configuration.slack.model_copy(update={"admin_channel": None}))
    await store.write(lambda tx: audit.append(tx, at=1, actor="T1/U1", action="a", subject="s"))
    await store.write(lambda tx: settings.put(tx, backups.RESTORED, '{"file":"f","at":1,"aside":"","told":false}'))
    await Keeper(quiet, store=store, clock=clock).begin()
    assert await store.read(outbox.waiting) == 0
    assert [each.action for each in await store.read(lambda tx: audit.since(tx, 1, 9))] == ["database.restored"]


async def test_a_restored_database_is_told_of_once(
    keeper: Keeper, configuration: config.Configuration, store: Store, clock: Hands
) -> None:
    """In the audit and in the admin channel; the mark stays, so that it can still be known."""
    made = await keeper.back_up()
    await store.close()
    backups.restore(made.path, configuration.store, clock.time)
    restored = InlineStore.open(configuration.store)
    for _ in range(2):
        await Keeper(configuration, store=restored, clock=clock).begin()
    (owed,) = await restored.read(lambda tx: outbox.of_subject(tx, "database"))
    assert (owed.kind, owed.channel, owed.urgent) == (KIND, "ops", True)
    message = backup_views.restored(owed.body)
    assert made.path.name in json.dumps(message.blocks)
    assert "look at every target" in message.text
    assert [each.action for each in await restored.read(lambda tx: audit.since(tx, 0, 9))] == ["database.restored"]
    assert await restored.read(lambda tx: settings.get(tx, backups.RESTORED))
    await restored.close()


@pytest.mark.real
async def test_a_start_on_a_restored_database_of_an_older_version(tmp_path: Path) -> None:
    """It is copied before it is brought up to date, and the admin channel reads that it was restored, and where the audit ends."""
    async with harbour(tmp_path) as port:
        older(port.configuration.store)
        slack = port.configuration.slack.model_copy(update={"admin_channel": "team-web"})
        async with running(replace(port.configuration, slack=slack)) as app:
            (copy,) = port.configuration.backup_folder.iterdir()
            assert copy.name.endswith("-from-0.1.0.db")
            head = await app.store.read(audit.head)
            await port.playground.wait_for(lambda: said(port.playground, "restored from"), timeout=20)
            await port.playground.wait_for(lambda: said(port.playground, str(head)), timeout=20)
            assert head.count == 2


def older(path: Path) -> None:
    """A restored database with the first tables only, and one line in its audit."""
    before = Migrations(MIGRATIONS.name)
    before._migrations.append(MIGRATIONS._migrations[0])
    path.touch()
    with connect(path) as database:
        migrate(database, path, before)
        database.execute(
            "insert into audit (at, actor, action, subject, reason, body) values (1, 'T1/U1', 'a', 's', '', '{}')"
        )
        mark = {"file": "old.db", "at": NOON, "aside": "", "told": False}
        database.execute(settings.PUT, {"key": backups.RESTORED, "value": json.dumps(mark)})


def said(playground: Playground, words: str) -> bool:
    """Whether a message in the channel says so."""
    return any(words in json.dumps(each.blocks) + each.text for each in playground.messages("team-web"))
