"""Attempts: each try at triggering a step, committed before the provider is called."""

from bot.domain.operations import Attempt, AttemptKey, AttemptState
from bot.domain.terms import Millis
from bot.store.codec import Codec
from bot.store.errors import Stale
from bot.store.tx import Tx

CODEC = Codec(Attempt, flat={"key": ""})
KEY = frozenset({"operation", "step", "n"})

INSERT = CODEC.insert("attempts")
GET = "select * from attempts where operation = :operation and step = :step and n = :n"
SAVE = CODEC.update(
    "attempts",
    where="operation = :operation and step = :step and n = :n and (state <> 'revoked' or :state = 'revoked')",
    without=KEY,
)
OF_OPERATION = "select * from attempts where operation = :operation order by step, n"
OPEN_OF = """
  select * from attempts where operation = :operation and state in ('open', 'bound') order by step, n
"""
REVOKE_OPEN = """
  update attempts set state = 'revoked', ended_at = :at
  where operation = :operation and state in ('open', 'bound')
  returning *
"""
CLAIM = """
  update attempts set claimed_by = :run, claimed_at = :at
  where operation = :operation and step = :step and n = :n and state in ('open', 'bound') and claimed_by = ''
"""
REVOKE_UNCLAIMED = """
  update attempts set state = 'revoked', ended_at = :at, result = :result
  where operation = :operation and step = :step and n = :n and state in ('open', 'bound') and claimed_by = ''
"""
CLOSE = """
  update attempts set state = :state, ended_at = :at, result = :result
  where operation = :operation and step = :step and n = :n and state in ('open', 'bound')
"""
END = """
  update attempts set state = 'ended', ended_at = :at, result = :result
  where operation = :operation and state in ('open', 'bound')
"""


def insert(tx: Tx, attempt: Attempt) -> None:
    """Commit to a try; InvariantBroken where the key exists or another try of the step is still open or bound."""
    tx.run(INSERT, **CODEC.row(attempt))


def get(tx: Tx, key: AttemptKey) -> Attempt | None:
    """The try with this key."""
    return CODEC.one(tx, GET, operation=key.operation, step=key.step, n=key.n)


def save(tx: Tx, attempt: Attempt) -> None:
    """Overwrite; raises Stale where there is no such try, or it was revoked: that is final."""
    if tx.run(SAVE, **CODEC.row(attempt)) != 1:
        raise Stale(f"attempt {attempt.key} was revoked, or is not there")


def of_operation(tx: Tx, operation: int) -> tuple[Attempt, ...]:
    """Every try of an operation, in order."""
    return CODEC.all(tx, OF_OPERATION, operation=operation)


def open_of(tx: Tx, operation: int) -> tuple[Attempt, ...]:
    """The tries that may still have an effect that is ours: open or bound."""
    return CODEC.all(tx, OPEN_OF, operation=operation)


def claim(tx: Tx, key: AttemptKey, run: str, at: Millis) -> bool:
    """This run, and no other, may have its effect; False where another has that, or the try is not open any more."""
    values = {"operation": key.operation, "step": key.step, "n": key.n}
    return tx.run(CLAIM, run=run, at=at, **values) == 1


def revoke_unclaimed(tx: Tx, key: AttemptKey, at: Millis, result: str) -> bool:
    """Take a try back, so that its step may be tried anew; False where a run has claimed it, or it is not open any more."""
    values = {"operation": key.operation, "step": key.step, "n": key.n}
    return tx.run(REVOKE_UNCLAIMED, at=at, result=result, **values) == 1


def close(tx: Tx, key: AttemptKey, state: AttemptState, at: Millis, result: str = "") -> bool:
    """End one try that is open or bound; False where it had ended or was revoked."""
    values = {"operation": key.operation, "step": key.step, "n": key.n}
    return tx.run(CLOSE, state=state.value, at=at, result=result, **values) == 1


def end(tx: Tx, operation: int, at: Millis, result: str) -> int:
    """The run of an operation has ended, and so have its tries that were open or bound; returns how many."""
    return tx.run(END, operation=operation, at=at, result=str(result))


def revoke_open(tx: Tx, operation: int, at: Millis) -> tuple[Attempt, ...]:
    """Whatever still lands of this operation is not ours any more; returns the tries that were open or bound, now revoked."""
    return CODEC.things(
        sorted(tx.all(REVOKE_OPEN, operation=operation, at=at), key=lambda row: (row["step"], row["n"]))
    )
