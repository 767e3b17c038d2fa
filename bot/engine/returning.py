"""Back again: after an absence that somebody was waiting through, one message says what became of what was going on."""

import json
from collections.abc import Sequence

from bot.domain.deliveries import Outgoing
from bot.domain.messages import Message
from bot.domain.operations import Operation
from bot.domain.terms import SECOND, Millis
from bot.engine.intake import NOT_DONE
from bot.engine.runtime import Runtime
from bot.store import Tx, inbox, operations, outbox, settings
from bot.views import notices
from bot.views.faces import face_of

ALIVE = "alive_at"
KIND = "back_again"
AFTER: Millis = 20 * SECOND  # what arrived late is dealt with by then


async def alive(runtime: Runtime) -> None:
    """Write down that we are here, so that the next start knows since when we were not."""
    now = runtime.clock.now()
    await runtime.store.write(lambda tx: settings.put(tx, ALIVE, str(now)))


async def last_alive(runtime: Runtime) -> Millis:
    """When we were here last, by the clock of then; 0 on the first start."""
    return int(await runtime.store.read(lambda tx: settings.get(tx, ALIVE)) or 0)


async def announce(runtime: Runtime, going_on: Sequence[Operation], late: Sequence[str]) -> None:
    """Owe the administrators' channel a message, where there is one, and where somebody was waiting."""
    now = runtime.clock.now()

    def owe(tx: Tx) -> None:
        since = settings.get(tx, ALIVE)
        settings.put(tx, ALIVE, str(now))
        if since is None or not runtime.catalogue.admin_channel or not (going_on or late):
            return
        body = {
            "from": since,
            "until": str(now),
            "operations": json.dumps([each.id for each in going_on]),
            "deliveries": json.dumps(list(late)),
        }
        wish = Outgoing(
            key=f"back:{now}", kind=KIND, subject="installation", channel=runtime.catalogue.admin_channel, body=body,
            due_at=now + AFTER,
        )  # fmt: skip
        outbox.put(tx, wish)

    await runtime.store.write(owe)
    runtime.runner.wake("outbox", AFTER)


async def message(runtime: Runtime, owed: Outgoing) -> Message:
    """The message, from the rows as they are when it goes out."""
    numbers: list[int] = json.loads(owed.body["operations"])
    keys: list[str] = json.loads(owed.body["deliveries"])

    def look(tx: Tx) -> tuple[list[Operation], list[str]]:
        found = [operations.get(tx, number) for number in numbers]
        return [each for each in found if each is not None], [inbox.result(tx, key) for key in keys]

    going_on, results = await runtime.store.read(look)
    lines = [f"#{each.id} {each.target} went on: {face_of(each).word.lower()}." for each in going_on[:10]]
    if len(going_on) > len(lines):
        lines.append(f"{len(going_on) - len(lines)} more went on.")
    if results:
        lines.append(_late(results))
    return notices.back_again(int(owed.body["from"]), int(owed.body["until"]), lines=lines)


def _late(results: Sequence[str]) -> str:
    undone, every = sum(each == NOT_DONE for each in results), len(results)
    start = "1 message arrived late" if every == 1 else f"{every} messages arrived late"
    if not undone:
        return f"{start} and {'was' if every == 1 else 'were'} answered."
    if undone == every:
        return f"{start} and {'was' if every == 1 else 'were'} not carried out: whoever wrote was told."
    return f"{start}: {every - undone} answered, {undone} not carried out: whoever wrote was told."
