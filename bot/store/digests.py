"""Digests: editions as they were told, and who asked for which or stopped one."""

from bot.domain.digests import Edition, Subscription
from bot.store import landings
from bot.store.codec import Codec
from bot.store.tx import Tx

CODEC = Codec(Edition)
SUBSCRIPTION = Codec(Subscription)
TABLES = (
    landings.TABLE
    + """
create table editions (
  id integer primary key autoincrement,
  key text not null,
  name text not null,
  at integer not null,
  since integer not null,
  told_at integer not null,
  channel text not null,
  why text not null,
  schedule text not null,
  zone text not null,
  parts text not null,
  findings text not null,
  unique (key, at)
) strict;
create index editions_age on editions (told_at);

create table subscriptions (
  key text primary key,
  channel text not null,
  time text not null,
  days text not null,
  zone text not null,
  services text not null,
  stopped integer not null check (stopped in (0, 1)),
  "by" text not null,
  at integer not null
) strict;
"""
)
INSERT = CODEC.insert("editions", without=frozenset({"id"}), then="returning id")
GET = "select * from editions where id = :id"
TOLD = "select count(*) as number from editions where key = :key"
SUBSCRIBE = SUBSCRIPTION.insert(
    "subscriptions",
    then="""
  on conflict (key) do update set
    channel = excluded.channel, time = excluded.time, days = excluded.days, zone = excluded.zone,
    services = excluded.services, stopped = excluded.stopped, "by" = excluded."by", at = excluded.at
""",
)
SUBSCRIPTIONS = "select * from subscriptions order by key"
SUBSCRIBED = "select * from subscriptions where key = :key"


def add(tx: Tx, edition: Edition) -> int:
    """Keep an edition; returns its number. InvariantBroken where its slot has one."""
    row = tx.one(INSERT, **{name: value for name, value in CODEC.row(edition).items() if name != "id"})
    assert row is not None, "an insert returns its row"
    return int(row["id"])


def get(tx: Tx, edition_id: int) -> Edition | None:
    """The edition with this number."""
    row = tx.one(GET, id=edition_id)
    return None if row is None else CODEC.thing(row)


def told(tx: Tx, key: str) -> int:
    """How many editions of a digest there were."""
    row = tx.one(TOLD, key=key)
    return int(row["number"]) if row else 0


def put(tx: Tx, subscription: Subscription) -> None:
    """What somebody asked for, or stopped; the last word counts."""
    tx.run(SUBSCRIBE, **SUBSCRIPTION.row(subscription))


def subscriptions(tx: Tx) -> tuple[Subscription, ...]:
    """All of them, by key."""
    return SUBSCRIPTION.things(tx.all(SUBSCRIPTIONS))


def subscription(tx: Tx, key: str) -> Subscription | None:
    """The one with this key."""
    row = tx.one(SUBSCRIBED, key=key)
    return None if row is None else SUBSCRIPTION.thing(row)
