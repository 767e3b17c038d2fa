"""The engine as the composition root sees it."""

import pytest

from bot.errors import ChatError
from tests.support.invariants import check
from tests.support.ship import Ship

ADA = "U02ADA"


async def test_nobody_looks_at_an_unknown_key() -> None:
    """A wake-up that means nothing is a defect, not silence."""
    with pytest.raises(ValueError, match="nobody looks at moon"):
        Ship().engine.dispatch("moon:1")


async def test_response_urls_are_erased_when_slack_honours_them_no_more() -> None:
    """A secret is kept as long as it is of use."""
    ship = Ship()
    ship.provider.hanging.add("current")
    await ship.type(ADA, "/ops deploy web staging", settle=False)
    kept = await ship.store.read(lambda tx: tx.all("select delivery from inbox"))
    assert "hooks.slack.com" in str(kept)
    ship.clock.move_to(ship.clock.now() + 31 * 60_000)
    await ship.engine.sweep_secrets()
    kept = await ship.store.read(lambda tx: tx.all("select delivery from inbox"))
    assert "hooks.slack.com" not in str(kept)
    ship.provider.release()
    await ship.settle()


async def test_a_home_that_cannot_be_shown_is_nobodys_trouble() -> None:
    """Best effort: what it would have shown is shown when it is opened again."""
    ship = Ship()
    await ship.open_home(ADA)
    ship.chat.fail("publish_home", ChatError("ratelimited", retry_after=1_000))
    await ship.live(ADA)
    assert "web" in await ship.open_home(ADA)
    await check(ship)


async def test_the_last_sign_of_life_is_no_reason_not_to_end() -> None:
    """A disk that is full does not keep the process alive."""
    ship = Ship()
    ship.store.broken = True
    await ship.end()
    ship.store.broken = False
    assert await ship.store.read(lambda tx: tx.all("select * from settings where key = 'alive_at'")) == []


async def test_news_makes_us_read_again() -> None:
    """Somebody was deactivated, or a group changed: the next command knows."""
    ship = Ship()
    await ship.type(ADA, "/ops deploy web staging")
    ship.chat.groups["engineering"] = frozenset()
    await ship.news({"type": "subteam_updated", "subteam": {"id": "S1"}, "team_id": "T01ACME"})
    assert "You may not deploy" in await ship.type(ADA, "/ops deploy web staging")
    ship.chat.deactivate(ADA)
    await ship.news({"type": "user_change", "user": {"id": ADA, "team_id": "T01ACME"}})
    assert "deactivated" in await ship.type(ADA, "/ops deploy web staging")
