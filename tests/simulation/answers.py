"""What people answer to cards that ask something: a rollback by itself, a health that nobody knows, a second word, a lock, a hold."""

from typing import TYPE_CHECKING

from bot.domain.operations import State
from bot.domain.plans import Offer, OfferVerb
from bot.domain.terms import MINUTE, SECOND
from bot.store import offers

if TYPE_CHECKING:
    from tests.simulation.crew import Crew

V = OfferVerb
PAUSED = frozenset({V.WATCH_ON, V.ACCEPT})
ANSWERED = frozenset({V.LEAVE, V.ROLL_BACK_NOW, V.AGREE, V.UNLOCK, V.UNLOCK_NOW, V.RELEASE}) | PAUSED


def react(crew: "Crew", offer: Offer, user: str, channel: str, ts: str) -> None:
    """Somebody sees a button of these for the first time."""
    habits, rng = crew.habits, crew.rng
    if offer.verb is V.LEAVE:
        crew.press(offer, user, channel, ts, after=rng.randrange(200, 14 * SECOND), likely=habits.leaves)
    elif offer.verb is V.ROLL_BACK_NOW:
        crew.press(offer, user, channel, ts, after=rng.randrange(200, 8 * SECOND), likely=habits.hurries)
    elif offer.verb is V.AGREE:
        crew.press(offer, user, channel, ts, after=rng.randrange(SECOND, 30 * SECOND), likely=habits.agrees)
    elif offer.verb is V.UNLOCK_NOW:
        crew.press(offer, user, channel, ts, after=rng.randrange(SECOND, 5 * SECOND), likely=1)
    elif offer.verb is V.UNLOCK:
        crew.press(offer, user, channel, ts, after=rng.randrange(5 * SECOND, MINUTE), likely=habits.unlocks)
    elif offer.verb is V.RELEASE:
        crew.press(offer, user, channel, ts, after=rng.randrange(5 * SECOND, MINUTE), likely=1)
    else:
        number = int(offer.body["operation"])
        if number not in crew.pausing:
            crew.pausing.add(number)
            crew.world.time.later(rng.randrange(5 * SECOND, 40 * SECOND), lambda: _settle(crew, number))


def _settle(crew: "Crew", number: int) -> None:
    """Somebody answers a card that nobody else answers; until that counts they come back."""
    if crew.operation(number).state is not State.PAUSED:
        crew.pausing.discard(number)
        return
    world = crew.world
    rows = world.rows(lambda tx: offers.open_of(tx, f"operation:{number}", world.time.now))
    choice = [each for each in rows if each.verb in {V.WATCH_ON, V.ACCEPT, V.LEAVE}]
    card = next(iter(world.slack.by_key.get(f"operation:{number}:card", ())), None)
    if choice:
        channel, ts = (card.channel, card.ts) if card else ("", "")
        crew.click(crew.someone(), crew.rng.choice(choice).id, channel=channel, ts=ts)
    world.time.later(MINUTE, lambda: _settle(crew, number))
