"""A provider says that there is something new: whatever follows that run looks now instead of later. What it says is not believed."""

from bot.domain.operations import Operation, State
from bot.domain.terms import SECOND, Millis
from bot.engine import record
from bot.engine.runtime import Runtime
from bot.ports import Forged, Hint, RawDelivery
from bot.store import operations

SOON: Millis = (
    SECOND  # what is due anyway is not made due: however many hints come, nobody is asked more often than that
)
FOLLOWING = frozenset({State.RUNNING, State.UNKNOWN, State.CANCELLING})


async def heard(runtime: Runtime, connection: str, raw: RawDelivery) -> bool | None:
    """Take a delivery: True where it is genuine, False where it is not, None where nobody understands it. Raises StoreError."""
    integration = runtime.integrations.get(connection)
    if integration is None or integration.hints is None:
        return None
    found = integration.hints.hints(raw)
    if isinstance(found, Forged):
        return False
    for hint in found:
        await _look(runtime, connection, hint)
    return True


async def _look(runtime: Runtime, connection: str, hint: Hint) -> None:
    now = runtime.clock.now()

    def sooner(current: Operation) -> Operation | None:
        waits = current.state in FOLLOWING and current.due_at > now + SOON
        return current.but(due_at=now) if waits else None

    for operation in await runtime.store.read(operations.unfinished):
        if _may_be(runtime, operation, connection, hint):
            await record.change(runtime, operation.id, sooner)


def _may_be(runtime: Runtime, operation: Operation, connection: str, hint: Hint) -> bool:
    """The operation of that run; or one whose run is not known yet, in the same repository."""
    found = runtime.catalogue.find(operation.target)
    if found is None or found[1].via != connection or found[0].repository.lower() != hint.repository.lower():
        return False
    return all(operation.run.get(name, value) == value for name, value in hint.run.items())
