"""What cannot be recorded is not done, and is said in the ack; questions are another matter."""

from inline_snapshot import snapshot

from tests.support.ship import Ship

ADA = "U02ADA"


async def test_the_database_cannot_be_written(ship: Ship) -> None:
    """Commands and clicks say so at once; events are left for Slack to send again."""
    await ship.type(ADA, "/ops deploy web staging")
    ship.store.broken = True
    assert await ship.type(ADA, "/ops deploy web staging") == snapshot(
        "Not recorded, nothing was done (ref `014e471f`). Try again in a minute."
    )
    assert await ship.click(ADA, "Deploy to staging") == snapshot(
        "Not recorded, nothing was done (ref `4ffbe207`). Try again in a minute."
    )
    assert await ship.mention(ADA, "deploy web staging") == snapshot("(not acknowledged: 503)")
    mention = ship.last
    ship.store.broken = False
    assert ship.provider.starts == []
    assert "Deploy web" in await ship.deliver(mention, retry=1)


async def test_the_database_is_slow(ship: Ship) -> None:
    """A commit that would come after the answer writes nothing."""
    ship.store.slow = 3_000
    assert await ship.type_slowly(ADA, "/ops deploy web staging") == snapshot(
        "Not recorded, nothing was done (ref `27a5fe91`). Try again in a minute."
    )
    ship.store.slow = 0
    await ship.wait(10_000)
    assert ship.seen_by(ADA) == []
    assert await ship.store.read(lambda tx: tx.all("select * from inbox")) == []


async def test_the_commit_finishes_after_we_said_no(ship: Ship) -> None:
    """Its row is voided before anybody works on it; a mention that Slack sends again is taken up."""
    ship.store.slow, ship.store.late = 3_000, True
    assert await ship.type_slowly(ADA, "/ops deploy web staging") == snapshot(
        "Not recorded, nothing was done (ref `27a5fe91`). Try again in a minute."
    )
    ship.store.slow = 0
    await ship.wait(10_000)
    rows = await ship.store.read(lambda tx: tx.all("select state from inbox"))
    assert rows == [{"state": "void"}]
    await ship.restart()
    assert ship.seen_by(ADA) == []
    ship.store.slow, ship.store.late = 3_000, True
    assert await ship.mention_slowly(ADA, "deploy web staging") == snapshot("(not acknowledged: 503)")
    mention = ship.last
    ship.store.slow = 0
    await ship.wait(10_000)
    assert "Deploy web" in await ship.deliver(mention, retry=1)


async def test_a_defect_is_said_with_its_reference(ship: Ship) -> None:
    """The person and the log have the same reference; the next command works."""
    ship.provider.defect = "resolve"
    assert await ship.type(ADA, "/ops deploy web staging") == snapshot(
        "Something broke (ref `27a5fe91`). It is in the log under this reference."
    )
    ship.provider.defect = ""
    assert "Deploy web" in await ship.type(ADA, "/ops deploy web staging")


async def test_a_defect_in_an_integration_while_it_runs(ship: Ship) -> None:
    """A pass that breaks is taken again later, from whatever the row says then."""
    key = await ship.running()
    ship.provider.defect = "observe"
    await ship.wait(30_000)
    ship.provider.defect = ""
    ship.provider.succeed(key)
    await ship.wait(10_000)
    assert ship.card(1).startswith("✅")
