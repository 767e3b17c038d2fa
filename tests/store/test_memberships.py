"""Since when somebody is in a group: kept through readings, restarts of the clock, and changes in both directions."""

from bot.store import InlineStore, memberships
from bot.store.memberships import Movement

LEADS = "leads"


async def test_since_when() -> None:
    """Whoever was there at the first reading has always been; who comes later since then; who leaves and comes back since the return."""
    store = InlineStore.memory()
    assert await store.write(lambda tx: memberships.note(tx, LEADS, {"U1", "U2"}, 1_000)) == Movement()
    assert await store.write(lambda tx: memberships.note(tx, LEADS, {"U2", "U1"}, 2_000)) == Movement()
    assert await store.write(lambda tx: memberships.note(tx, LEADS, {"U2", "U3"}, 3_000)) == Movement(
        joined=("U3",), left=("U1",)
    )
    assert await store.write(lambda tx: memberships.note(tx, LEADS, {"U1", "U2", "U3"}, 4_000)) == Movement(
        joined=("U1",)
    )

    async def inside(user: str, before: int) -> frozenset[str]:
        return await store.read(lambda tx: memberships.seasoned(tx, user, before))

    assert [await inside(user, 2_999) for user in ("U1", "U2", "U3")] == [frozenset(), {LEADS}, frozenset()]
    assert [await inside(user, 3_000) for user in ("U1", "U2", "U3")] == [frozenset(), {LEADS}, {LEADS}]
    assert await inside("U1", 4_000) == {LEADS}
    assert await inside("U9", 9_000) == frozenset()


async def test_t28_a_clock_that_goes_back_makes_nobody_older() -> None:
    """Since then is later than now: that counts for nothing until the clock has come there again."""
    store = InlineStore.memory()
    await store.write(lambda tx: memberships.note(tx, LEADS, {"U1"}, 1_000))
    await store.write(lambda tx: memberships.note(tx, LEADS, {"U1", "U2"}, 9_000_000))
    assert await store.read(lambda tx: memberships.seasoned(tx, "U2", 5_000_000)) == frozenset()


async def test_a_group_that_was_empty() -> None:
    """It was read, and nobody was in it: whoever comes then has come."""
    store = InlineStore.memory()
    assert await store.write(lambda tx: memberships.note(tx, LEADS, set(), 1_000)) == Movement()
    assert await store.write(lambda tx: memberships.note(tx, LEADS, {"U1"}, 2_000)) == Movement(joined=("U1",))
    assert await store.read(lambda tx: memberships.seasoned(tx, "U1", 1_999)) == frozenset()
    assert await store.write(lambda tx: memberships.note(tx, LEADS, set(), 3_000)) == Movement(left=("U1",))
