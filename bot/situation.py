"""What the bot has in hand, read from its rows: for `quarterdeck status`, whether the bot runs or not."""

from pathlib import Path

from bot.domain.operations import Operation
from bot.store import Tx, inbox, operations, outbox
from bot.store.database import connect, in_words

Json = dict[str, object]


def situation(tx: Tx) -> Json:
    """Counts and every unfinished operation, ready for JSON; times are milliseconds since 1970 UTC."""
    return {
        "outbox_waiting": outbox.waiting(tx),
        "inbox_waiting": inbox.waiting(tx),
        "operations": operations.by_state(tx),
        "unfinished": [_unfinished(each) for each in operations.unfinished(tx)],
    }


def left_behind(path: Path) -> Json | None:
    """The same from the file of a bot that does not run; None where there is no database yet. Changes nothing; raises Unusable."""
    if not path.exists():
        return None
    database = connect(path, writable=False)
    try:
        with in_words(path):
            return situation(Tx(database, writable=False))
    finally:
        database.close()


def _unfinished(operation: Operation) -> Json:
    return {
        "id": operation.id,
        "action": str(operation.action),
        "service": operation.target.service,
        "environment": operation.target.environment,
        "revision": operation.revision,
        "state": str(operation.state),
        "note": operation.note,
        "changed_at": operation.changed_at,
    }
