"""How delivery goes, asked in a conversation and on the command line."""

from inline_snapshot import snapshot

from bot.domain.changes import Change
from bot.domain.terms import HOUR, SECOND
from tests.fakes.deployer import sha
from tests.support.ship import Ship

ADA = "U02ADA"


async def shipped(ship: Ship, number: int) -> None:
    """One more commit, an hour old when it reaches staging."""
    made = Change(
        revision=sha(f"{number:07x}"), title=f"Change {number}", author="Ada", committed_at=ship.clock.now() - HOUR
    )
    ship.provider.commits.append(made)
    await ship.live(ADA, "web", "staging")


async def test_five_numbers_from_the_rows(ship: Ship) -> None:
    """What was deployed, what came with it, what was rolled back; each with its n."""
    for number in range(1, 7):
        await shipped(ship, number)
    await ship.type(ADA, "/ops rollback web staging because errors")
    await ship.click(ADA, "Roll back staging")
    ship.provider.succeed("7:1:1")
    await ship.wait(5 * SECOND)
    assert await ship.type(ADA, "/ops metrics web staging --weeks 4") == snapshot("""\
*web · staging*
*Deployments* 6, 1.9 a week · ▁▁▁█
*Lead time* median 60 min, nine in ten within 60 min (n=6)
*Change fail rate* 1 of 6, 17 %
*Recovery* not enough data (n=1)
*Rework* 1 of 7, 14 %
Apart: 2 commits without a date
4 weeks, this one included · from Quarterdeck's own records\
""")


async def test_nothing_yet(ship: Ship) -> None:
    """Production of the services of this channel, with nothing to tell of."""
    assert await ship.type(ADA, "/ops metrics") == snapshot("""\
*web · production*
*Deployments* not enough data (n=0)
*Lead time* not enough data (n=0)
*Change fail rate* 0 of 0, not enough data (n=0)
*Recovery* not enough data (n=0)
*Rework* 0 of 0, not enough data (n=0)
12 weeks, this one included · from Quarterdeck's own records\
""")
    assert await ship.type(ADA, "/ops metrics web --weeks many") == snapshot("""\
--weeks takes a number from 1 to 104.
For example: `/ops metrics web --weeks 8`\
""")
