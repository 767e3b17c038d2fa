"""The audit: who did what, and why; the schema refuses to change or delete a line."""

from collections.abc import Mapping

from bot.domain.audit import Entry
from bot.domain.terms import Millis
from bot.store.codec import Codec
from bot.store.tx import Tx

CODEC = Codec(Entry)

INSERT = CODEC.insert("audit", without=frozenset({"id"}), then="returning id")
OF_SUBJECT = "select * from audit where subject = :subject order by id"
SINCE = "select * from audit where id > :after order by id limit :limit"


def append(
    tx: Tx,
    *,
    at: Millis,
    actor: str,
    action: str,
    subject: str,
    reason: str = "",
    body: Mapping[str, str] | None = None,
) -> Entry:
    """Add a line; `actor` is `team/user` or `quarterdeck`. Returns it with its place."""
    entry = Entry(at=at, actor=actor, action=action, subject=subject, reason=reason, body=dict(body or {}))
    row = tx.one(INSERT, **CODEC.row(entry))
    assert row is not None, "an insert returns its row"
    return CODEC.thing(CODEC.row(entry) | {"id": row["id"]})


def of_subject(tx: Tx, subject: str) -> tuple[Entry, ...]:
    """Every line about a subject, in order."""
    return CODEC.things(tx.all(OF_SUBJECT, subject=subject))


def since(tx: Tx, after: int, limit: int) -> tuple[Entry, ...]:
    """The lines after that place, in order."""
    return CODEC.things(tx.all(SINCE, after=after, limit=limit))
