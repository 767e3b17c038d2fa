"""The inbox: every Slack delivery by its unique key, stored before the ack, worked on once."""

import json
from enum import StrEnum

from bot.domain.requests import Delivery
from bot.domain.terms import MINUTE, Millis
from bot.store.codec import dumps, loads
from bot.store.tx import Row, Tx

SECRET_LIFE: Millis = 30 * MINUTE
"""How long Slack honours a response_url; older ones are erased unused."""

ADD = """
  insert into inbox (key, kind, delivery, state, received_at, secret)
  values (:key, :kind, :delivery, 'received', :now, :secret)
  on conflict (key) do nothing
"""
REVIVE = """
  update inbox set state = 'received', delivery = :delivery, received_at = :now, secret = :secret, finished_at = 0, result = ''
  where key = :key and state = 'void'
"""
GET = "select * from inbox where key = :key"
START = """
  update inbox set state = 'started', started_at = :at, tries = tries + 1
  where key = :key and state in ('received', 'started')
  returning delivery
"""
FINISH = """
  update inbox set state = :state, finished_at = :at, result = :result, delivery = :delivery, secret = 0
  where key = :key and state in ('received', 'started')
"""
UNFINISHED = """
  select * from inbox where state in ('received', 'started') order by received_at, key limit :limit
"""
WAITING = "select count(*) as number from inbox where state in ('received', 'started')"
OLD_SECRETS = "select * from inbox where secret = 1 and received_at <= :before order by received_at, key limit :limit"
ERASE = "update inbox set delivery = :delivery, secret = 0 where key = :key"


class InboxState(StrEnum):
    """What became of a delivery."""

    RECEIVED = "received"
    STARTED = "started"
    DONE = "done"
    VOID = "void"  # the sender was told that nothing was recorded: nothing may come of it


def add(tx: Tx, delivery: Delivery, now: Millis) -> bool:
    """Keep a delivery; False where this key was seen before."""
    secret = bool(delivery.invocation.response_url or delivery.invocation.trigger)
    row = {"key": delivery.key, "kind": delivery.kind.value, "delivery": dumps(delivery, Delivery)}
    return tx.run(ADD, now=now, secret=int(secret), **row) == 1


def revive(tx: Tx, delivery: Delivery, now: Millis) -> bool:
    """One that was void is sent again, since its sender was told so; False for any other."""
    secret = bool(delivery.invocation.response_url or delivery.invocation.trigger)
    row = {"key": delivery.key, "delivery": dumps(delivery, Delivery)}
    return tx.run(REVIVE, now=now, secret=int(secret), **row) == 1


def result(tx: Tx, key: str) -> str:
    """How it was finished, in the engine's word; empty while it is not."""
    row = tx.one(GET, key=key)
    return str(row["result"]) if row and row["result"] else ""


def get(tx: Tx, key: str) -> Delivery | None:
    """The delivery as stored; its secrets are gone once it is finished."""
    row = tx.one(GET, key=key)
    return None if row is None else _delivery(row)


def state(tx: Tx, key: str) -> InboxState | None:
    """What became of it; None: never seen."""
    row = tx.one(GET, key=key)
    return None if row is None else InboxState(row["state"])


def start(tx: Tx, key: str, at: Millis) -> Delivery | None:
    """Begin, or after a crash begin again; None where it is done, void or unknown, and nothing may be done then."""
    rows = tx.all(START, key=key, at=at)
    return _delivery(rows[0]) if rows else None


def finish(tx: Tx, key: str, at: Millis, result: str = "") -> bool:
    """It has been dealt with: response_url and trigger are erased. False where it was finished or void before."""
    return _close(tx, key, InboxState.DONE, at, result)


def void(tx: Tx, key: str, at: Millis = 0, result: str = "not recorded in time") -> bool:
    """The sender was told that nothing was recorded; False where there is nothing to void."""
    return _close(tx, key, InboxState.VOID, at, result)


def unfinished(tx: Tx, limit: int = 500) -> tuple[Delivery, ...]:
    """What was received and not dealt with, oldest first: to be taken up again after a restart."""
    return tuple(_delivery(row) for row in tx.all(UNFINISHED, limit=limit))


def waiting(tx: Tx) -> int:
    """How many deliveries have not been dealt with."""
    row = tx.one(WAITING)
    return int(row["number"]) if row else 0


def erase_secrets(tx: Tx, now: Millis, limit: int = 500) -> int:
    """Erase response_url and trigger where Slack no longer honours them; returns how many rows."""
    rows = tx.all(OLD_SECRETS, before=now - SECRET_LIFE, limit=limit)
    for row in rows:
        tx.run(ERASE, key=row["key"], delivery=_without_secrets(row))
    return len(rows)


def _close(tx: Tx, key: str, outcome: InboxState, at: Millis, result: str) -> bool:
    row = tx.one(GET, key=key)
    if row is None:
        return False
    bare = _without_secrets(row)
    return tx.run(FINISH, key=key, state=outcome.value, at=at, result=result, delivery=bare) == 1


def _without_secrets(row: Row) -> str:
    """The stored text without them; the rest of it is nobody's business here."""
    if not row["secret"]:
        return str(row["delivery"])
    kept = json.loads(row["delivery"])
    kept["invocation"] |= {"response_url": "", "trigger": ""}
    return json.dumps(kept, separators=(",", ":"))


def _delivery(row: Row) -> Delivery:
    found: Delivery = loads(row["delivery"], Delivery)
    return found
