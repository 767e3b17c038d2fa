"""When all is at rest: every message that is owed stands in Slack exactly once, and says what its rows say."""

from typing import TYPE_CHECKING

from bot.domain.deliveries import Outgoing
from bot.domain.terms import HOUR
from bot.engine import rendering
from bot.store import Tx, operations, outbox

if TYPE_CHECKING:
    from tests.simulation.world import World

MOST = 100_000
LASTING = frozenset({"operation_card", "operation_opened", "operation_changes", "operation_steps"})
"""What is kept true; a ring says what was so when it rang."""


def look(world: "World") -> None:
    """Render every message of every operation anew, with the bot that lives now, and compare."""
    world.run(lambda: world.bot.listening, most=HOUR)
    every = world.rows(_owed)
    found: list[tuple[Outgoing, object]] = []

    async def render() -> None:
        for owed in every:
            message = await rendering.render(world.bot.runtime, owed)
            found.append((owed, message.payload() if message else None))

    world.bot.loop.create_task(render(), name="judge")
    if not world.run(lambda: len(found) == len(every), most=HOUR):
        world.judge.fail("not every message could be made")
    for owed, said in found:
        _compare(world, owed, said)
    for number in world.judge.watched:
        key = f"operation:{number}:card"
        if key not in world.slack.by_key and key not in world.slack.deleted:
            world.judge.fail(f"#{number} never got a card")


def _compare(world: "World", owed: Outgoing, said: object) -> None:
    if owed.waiting:
        world.judge.fail(f"{owed.key} is owed for ever: {owed.last_error}")
    stands = world.slack.by_key.get(owed.key, [])
    if said is None or owed.kind not in LASTING:
        return
    if not stands and owed.key in world.slack.deleted:
        return
    if len(stands) != 1:
        world.judge.fail(f"{owed.key} stands {len(stands)} times")
    elif stands[0].message.payload() != said:
        world.judge.fail(f"{owed.key} says “{stands[0].message.text}”, and its rows say otherwise")


def _owed(tx: Tx) -> list[Outgoing]:
    numbers = [each.id for each in operations.newest(tx, MOST)]
    return [each for number in numbers for each in outbox.of_subject(tx, f"operation:{number}")]
