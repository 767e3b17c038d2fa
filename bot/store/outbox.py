"""The outbox: which messages must be made true, and where each one stands in Slack."""

from bot.domain.deliveries import Delivered, Outgoing
from bot.domain.terms import Millis
from bot.store.codec import Codec
from bot.store.tx import Tx

CODEC = Codec(Outgoing)
DELIVERED = Codec(Delivered)

PUT = CODEC.insert(
    "outbox",
    then="""
  on conflict (key) do update set
    kind = excluded.kind, subject = excluded.subject, channel = excluded.channel,
    thread_key = excluded.thread_key, thread = excluded.thread, body = excluded.body,
    urgent = case when outbox.wanted > outbox.done and outbox.urgent = 1 then 1 else excluded.urgent end,
    due_at = case
      when outbox.wanted = outbox.done then excluded.due_at
      when outbox.attempts > 0 or outbox.due_at < excluded.due_at then outbox.due_at
      else excluded.due_at end,
    wanted = outbox.wanted + 1
""",
)
GET = "select * from outbox where key = :key"
# A reply waits for its root, unless that was given up: then it goes out as best it can.
READY = """
  wanted > done and due_at <= :now
  and not exists (select 1 from outbox as root where root.key = outbox.thread_key and root.done = 0)
"""
DUE = f"select * from outbox where {READY} order by urgent desc, due_at, key limit :limit"  # noqa: S608  # our own text
DUE_IN = f"""
  select * from outbox where {READY} and channel = :channel order by urgent desc, due_at, key limit :limit
"""  # noqa: S608  # our own text
DUE_CHANNELS = f"""
  select channel from outbox where {READY} group by channel order by max(urgent) desc, min(due_at), channel
"""  # noqa: S608  # our own text
MARK = """
  update outbox set done = case when done < :upto then :upto else done end, attempts = 0, last_error = :error
  where key = :key and :upto <= wanted
"""
POSTPONE = """
  update outbox set due_at = :due_at, last_error = :error, attempts = attempts + 1
  where key = :key and wanted > done
"""
HASTEN = "update outbox set due_at = :now where key = :key and wanted > done and due_at > :now"
EARLIER = "update outbox set due_at = max(:now, due_at - :by) where wanted > done and due_at > :now"
CANCEL = "update outbox set done = wanted where key = :key and wanted > done"
OF_SUBJECT = "select * from outbox where subject = :subject order by key"
WAITING = "select count(*) as number, min(due_at) as oldest from outbox where wanted > done"
NEXT_DUE = "select min(due_at) as due_at from outbox where wanted > done"
GET_DELIVERED = "select channel, ts, material, sent_at from deliveries where key = :key"
SAVE_DELIVERED = """
  insert into deliveries (key, channel, ts, material, sent_at) values (:key, :channel, :ts, :material, :sent_at)
  on conflict (key) do update set
    channel = excluded.channel, ts = excluded.ts, material = excluded.material, sent_at = excluded.sent_at
"""
FORGET_DELIVERED = "delete from deliveries where key = :key"
AT = """
  select outbox.* from outbox join deliveries on deliveries.key = outbox.key
  where deliveries.channel = :channel and deliveries.ts = :ts
"""
SENT_SINCE = "select count(*) as number from deliveries where channel = :channel and sent_at > :since"


def put(tx: Tx, outgoing: Outgoing) -> None:
    """The message must be made true (again): `wanted` rises by one. A backoff under way is kept, an earlier due time wins."""
    tx.run(PUT, **CODEC.row(outgoing))


def get(tx: Tx, key: str) -> Outgoing | None:
    """The wish with this key."""
    return CODEC.one(tx, GET, key=key)


def due(tx: Tx, now: Millis, limit: int) -> tuple[Outgoing, ...]:
    """What can go out now, urgent first, then the longest due; a reply only after its thread's root."""
    return CODEC.all(tx, DUE, now=now, limit=limit)


def due_in(tx: Tx, channel: str, now: Millis, limit: int) -> tuple[Outgoing, ...]:
    """The same for one channel, as the outbox rows name it."""
    return CODEC.all(tx, DUE_IN, channel=channel, now=now, limit=limit)


def due_channels(tx: Tx, now: Millis) -> tuple[str, ...]:
    """The channels where something can go out now, those with something urgent first."""
    return tuple(row["channel"] for row in tx.all(DUE_CHANNELS, now=now))


def mark(tx: Tx, key: str, wanted: int, *, error: str = "") -> bool:
    """The message says what was wanted up to this count, which was read before it was composed; a later wish stays due.

    With `error` it was given up instead: Slack refuses it for good. False where there is no such row or wish.
    """
    return tx.run(MARK, key=key, upto=wanted, error=error) == 1


def postpone(tx: Tx, key: str, due_at: Millis, error: str) -> bool:
    """It failed for now: try again at `due_at`; False where nothing is waiting under this key."""
    return tx.run(POSTPONE, key=key, due_at=due_at, error=error) == 1


def hasten(tx: Tx, key: str, now: Millis) -> bool:
    """Something more was wanted while it was being sent: it is due at once; False where it says all that is wanted."""
    return tx.run(HASTEN, key=key, now=now) == 1


def earlier(tx: Tx, by: Millis, now: Millis) -> int:
    """The clock was set back by that much: what is owed later becomes due as much earlier; returns how many."""
    return tx.run(EARLIER, by=by, now=now)


def cancel(tx: Tx, key: str) -> bool:
    """Nobody needs this message any more; False where it was not waiting."""
    return tx.run(CANCEL, key=key) == 1


def of_subject(tx: Tx, subject: str) -> tuple[Outgoing, ...]:
    """Every message about a subject."""
    return CODEC.all(tx, OF_SUBJECT, subject=subject)


def waiting(tx: Tx) -> int:
    """How many messages do not yet say what they should."""
    row = tx.one(WAITING)
    return int(row["number"]) if row else 0


def next_due(tx: Tx) -> Millis | None:
    """When the next waiting message is due; None: nothing waits."""
    row = tx.one(NEXT_DUE)
    return None if row is None or row["due_at"] is None else int(row["due_at"])


def delivered(tx: Tx, key: str) -> Delivered | None:
    """Where the message stands; None: it was never posted."""
    return DELIVERED.one(tx, GET_DELIVERED, key=key)


def save_delivered(tx: Tx, key: str, delivered: Delivered) -> None:
    """Remember where the message stands and what it said."""
    tx.run(SAVE_DELIVERED, key=key, **DELIVERED.row(delivered))


def forget_delivered(tx: Tx, key: str) -> bool:
    """The message is gone from Slack: the next time it is posted anew."""
    return tx.run(FORGET_DELIVERED, key=key) == 1


def at(tx: Tx, channel: str, ts: str) -> Outgoing | None:
    """Which of our messages that is: what a thread or a clicked message is about."""
    return CODEC.one(tx, AT, channel=channel, ts=ts)


def sent_since(tx: Tx, channel: str, since: Millis) -> int:
    """How many messages in a channel were posted or updated after that, for its budget."""
    row = tx.one(SENT_SINCE, channel=channel, since=since)
    return int(row["number"]) if row else 0
