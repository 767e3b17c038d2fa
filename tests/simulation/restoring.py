"""A copy of the rows that takes their place later: the world goes on, and the bot wakes up in the past."""

import json
from typing import TYPE_CHECKING

from bot.keeping import note_restored
from bot.store import Tx, settings
from bot.store.backups import LAST_NUMBER, NEXT_NUMBER, RESTORED, STRIDE
from bot.store.database import Remembered
from tests.simulation.setting import TARGETS

if TYPE_CHECKING:
    from tests.simulation.bot import Bot
    from tests.simulation.world import World

ADMINS = "ops"
KNOWN = "select key from deliveries"


async def tell_restored(bot: "Bot") -> None:
    """What the start of the bot does before anything is taken in: a restored database is noticed, and every target held."""
    if bot.world.restored_at:
        now = bot.world.time.now
        await bot.store.write(lambda tx: note_restored(tx, now, ADMINS, TARGETS))


def copy_of(world: "World") -> bytes:
    """What a backup would hold that is made now."""
    return world.link.ready().conn.serialize()


def restore(world: "World", copy: bytes) -> None:
    """The process ends, and what starts next has the copy's rows, marked as `quarterdeck restore` marks them."""
    if world.bot.alive:
        world.dies("a restore")
    link = Remembered()
    number = world.link.ready().conn.execute(LAST_NUMBER).fetchone()[0]
    link.ready().conn.deserialize(copy)
    world.restored_at = world.time.now
    world.link = link
    world.trace("RESTORED")
    _mark(world, number)
    world.judge.attach(link.ready().conn)
    world.rows(lambda tx: _forget(world, tx))


def _mark(world: "World", number: int) -> None:
    connection = world.link.ready()
    value = json.dumps({"file": "copy.db", "at": world.time.now, "aside": "", "told": False})
    settings.put(Tx(connection, writable=True), RESTORED, value)
    connection.execute("delete from sqlite_sequence where name = 'operations'")
    connection.execute(NEXT_NUMBER, {"seq": (number // STRIDE + 1) * STRIDE})
    if connection.conn.in_transaction:
        connection.conn.commit()


def _forget(world: "World", tx: Tx) -> None:
    """What was told and owed since the copy is nobody's any more; what it does not know to stand may be said again."""
    world.judge.goes_back(tx)
    known = {row["key"] for row in tx.all(KNOWN)}
    for key in [each for each in world.slack.by_key if each not in known]:
        del world.slack.by_key[key]
    for key in list(world.slack.sent):
        world.slack.sent[key].forgotten = True
    for target in TARGETS:
        world.judge.bench.held[target] = world.provider_of(target).shown.get(target, "")
