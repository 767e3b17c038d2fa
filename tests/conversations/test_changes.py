"""What changed, and where it is: summaries under cards, ranges, whereabouts, authors who are called."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot import config
from bot.domain.changes import Change
from bot.domain.terms import SECOND
from tests.conversations.conftest import Launch
from tests.fakes.deployer import sha
from tests.support.ship import WEB_PRODUCTION, Ship

ADA = "U02ADA"
PEOPLE = (
    config.Person(user="U02GRACE", email="grace@acme.example", unix=""),
    config.Person(user="U02LINUS", email="", unix="linus"),
)


def commit(ship: Ship, name: str, title: str, number: int = 0, **more: object) -> str:
    """One more commit on main, with all that a commit can say."""
    made = Change(**{"revision": sha(name), "title": title, "author": "Grace", "number": number, **more})  # type: ignore[arg-type]  # names are checked by Change itself
    ship.provider.commits.append(made)
    return made.revision


async def to_production(ship: Ship) -> int:
    """Through staging, as the rules want it; returns the number in production."""
    await ship.live(ADA)
    return await ship.live(ADA, "web", "production")


async def test_the_summary_is_the_first_reply_under_a_production_card(ship: Ship) -> None:
    """What breaks comes first; there is no second message in the channel, and outside production none at all."""
    commit(ship, "c0ffee1", "feat!: drop vouchers", 430, body="BREAKING CHANGE: vouchers are gone")
    commit(ship, "c0ffee2", "chore(deps): bump react from 17.0.2 to 18.0.0", 431)
    number = await to_production(ship)
    assert ship.thread(number)[0] == snapshot("""\
*web · production* · `a41c9e2` → `c0ffee2`
4 changes
⚠️ *Look here*
*Breaking* #430 drop vouchers: vouchers are gone
react 17.0.2 → 18.0.0 (#431)
*Features* #430 drop vouchers
*Fixes* #415 Retry failed webhooks (#415)
*Other* #412 Faster checkout (#412)
*Dependencies* react 17.0.2 → 18.0.0 (#431)
by Grace and Linus\
""")
    assert not any("→" in reply and "Breaking" in reply for reply in ship.thread(number - 1))


async def test_what_has_no_room_follows_in_the_thread(ship: Ship) -> None:
    """Every number stands somewhere; the second reply is only there where it is needed."""
    for at in range(1, 13):
        commit(ship, f"{at:07x}", f"fix: trouble {at}", 500 + at)
    number = await to_production(ship)
    first, second = ship.thread(number)[:2]
    assert second.startswith("*web · production* · the other changes")
    assert [at for at in range(501, 513) if f"#{at}" not in f"{first}\n{second}"] == []


async def test_the_summary_stays_what_was_shown(ship: Ship) -> None:
    """It is told from the plan's row: a restart in between changes nothing."""
    await ship.live(ADA)
    await ship.type(ADA, "/ops deploy web production")
    await ship.click(ADA, "Deploy to production")
    await ship.restart()
    ship.provider.succeed("2:1:1")
    await ship.wait(5 * SECOND)
    assert len([reply for reply in ship.thread(2) if "a41c9e2` → `5d2f0b7" in reply]) == 1


async def test_the_plan_warns(ship: Ship) -> None:
    """Breaks and majors in one line, before anything starts."""
    commit(ship, "c0ffee1", "feat!: drop vouchers", 430)
    commit(ship, "c0ffee2", "chore(deps): bump react from 17.0.2 to 18.0.0", 431)
    plan = await ship.type(ADA, "/ops deploy web staging")
    assert plan.splitlines()[1:5] == snapshot(
        [
            "4 changes since `a41c9e2`, serving now",
            "⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work",
            "⚠️ breaking: #430 · react 17.0.2 → 18.0.0 (#431)",
            "#430 feat!: drop vouchers · #415 Retry failed webhooks (#415) · 2 more",
        ]
    )


async def test_a_revision_that_was_rolled_back_before_says_so(ship: Ship) -> None:
    """Whoever deploys it again should know."""
    await ship.type(ADA, "/ops status web")
    await ship.live(ADA)
    old = ship.provider.commits[0].revision
    await ship.type(ADA, f"/ops rollback web staging --to {old}")
    await ship.click(ADA, "Roll back staging")
    number = max(int(each.key.split(":")[1]) for each in ship.chat.posts if each.key.endswith(":card"))
    ship.provider.succeed(f"{number}:1:1")
    await ship.wait(5 * SECOND)
    assert "This revision was rolled back here" in await ship.type(ADA, "/ops changes web staging 5d2f0b7")


async def test_changes_between_two_ends(ship: Ship) -> None:
    """Environments are what they serve; refs are what they name; without an end it is the default branch."""
    await ship.live(ADA)
    assert await ship.type(ADA, "/ops changes web production..staging") == snapshot("""\
*web · production..staging* · `a41c9e2` → `5d2f0b7`
2 changes
*Fixes* #415 Retry failed webhooks (#415)
*Other* #412 Faster checkout (#412)
by Linus and Grace\
""")
    assert await ship.say(ADA, "changes site prod..") == snapshot("""\
*web · prod..* · `a41c9e2` → `5d2f0b7`
2 changes
*Fixes* #415 Retry failed webhooks (#415)
*Other* #412 Faster checkout (#412)
by Linus and Grace\
""")
    assert await ship.mention(ADA, "changes web 5d2f0b7..b52d0f3") == snapshot("""\
*web · 5d2f0b7..b52d0f3* · `5d2f0b7` → `b52d0f3`
1 change would leave: this goes back
*No longer live*
*Fixes* #415 Retry failed webhooks (#415)
by Linus\
""")
    assert "No difference" in await ship.type(ADA, "/ops changes web staging..main")


async def test_an_end_that_is_not_there(ship: Ship) -> None:
    """Where it looks like an environment, that is what was probably meant."""
    assert await ship.type(ADA, "/ops changes web prodction..main") == snapshot("""\
web → prodction..main
Could not read prodction: there is no prodction.
Did you mean `/ops changes web production..main`?\
""")
    assert await ship.type(ADA, "/ops changes web main..zzz") == snapshot("""\
web → main..zzz
Could not read zzz: there is no zzz.
Try again soon.\
""")
    ship.provider.live.pop(WEB_PRODUCTION)
    assert "nothing is live there yet" in await ship.type(ADA, "/ops changes web production..main")


async def test_where_a_change_is(ship: Ship) -> None:
    """By number or commit; since when our rows say so, and as far back as they go."""
    assert await ship.type(ADA, "/ops where #412") == snapshot("""\
*web* · #412
production: not there, it serves `a41c9e2`
staging: not there, it serves `a41c9e2`\
""")
    await ship.live(ADA)
    await ship.wait(60 * SECOND)
    commit(ship, "c0ffee1", "More", 430)
    await ship.live(ADA)
    assert await ship.type(ADA, "/ops where #412 web") == snapshot("""\
*web* · #412
production: not there, it serves `a41c9e2`
staging: *live since 2026-11-24 09:04 UTC*\
""")
    assert await ship.say(ADA, "where 5d2f0b7 web") == snapshot("""\
*web* · 5d2f0b7
production: not there, it serves `a41c9e2`
staging: *live since 2026-11-24 09:04 UTC*\
""")
    assert await ship.mention(ADA, "where a41c9e2 web") == snapshot("""\
*web* · a41c9e2
production: *live*
staging: *live since 2026-11-24 09:04 UTC* · or earlier: our record begins there\
""")


async def test_where_a_change_is_not(ship: Ship) -> None:
    """Unknown, unmerged, taken back, unreadable, nothing live: each says what it is."""
    assert await ship.type(ADA, "/ops where #999") == snapshot("""\
No repository here has #999.
It may not be merged or pushed yet; a commit or another number may be what you look for.\
""")
    assert await ship.type(ADA, "/ops where #416 web") == snapshot("""\
*web* · #416 · *not* merged
production: not there, it serves `a41c9e2`
staging: not there, it serves `a41c9e2`\
""")
    commit(ship, "c0ffee1", 'Revert "Faster checkout (#412)"', 433)
    await ship.live(ADA)
    ship.provider.live.pop(WEB_PRODUCTION)
    assert await ship.type(ADA, "/ops where #412 web") == snapshot("""\
*web* · #412
production: nothing is live yet
staging: *live since 2026-11-24 09:04 UTC* · ⚠️ taken back by #433\
""")
    ship.provider.down.add("current")
    assert await ship.type(ADA, "/ops where #412 web") == snapshot("""\
*web* · #412
production: ⚠️ could not read what web serves in production: no answer
staging: ⚠️ could not read what web serves in staging: no answer\
""")
    ship.provider.down.add("landed")
    assert "could not read #412 of web" in await ship.type(ADA, "/ops where #412")


async def test_where_without_a_change_asks_for_one(ship: Ship) -> None:
    """The example can be typed."""
    assert await ship.type(ADA, "/ops where web") == snapshot("""\
Where: which change of web?
For example: `/ops where web #412`\
""")


@pytest.mark.parametrize("ending", ["well", "badly"])
async def test_authors_are_called_where_their_change_ends(launch: Launch, ending: str) -> None:
    """Only those whom `people:` names, only in production, never the asker, and once."""
    ship = launch()
    ship.change_catalogue(people=(*PEOPLE, config.Person(user=ADA, email="ada@acme.example", unix="")))
    ship.start()
    commit(ship, "c0ffee1", "One", 430, email="Grace@acme.example")
    commit(ship, "c0ffee2", "Two", 431, author="Ada", email="ada@acme.example")
    commit(ship, "c0ffee3", "Three", 432, author="Somebody", email="some@body.example")
    await ship.live(ADA)
    await ship.type(ADA, "/ops deploy web production")
    await ship.click(ADA, "Deploy to production")
    if ending == "well":
        ship.provider.succeed("2:1:1")
    else:
        ship.provider.break_off("2:1:1")
    await ship.wait(10 * SECOND)
    calls = [reply for reply in ship.thread(2) if "With changes of" in reply]
    assert len(calls) == 1
    assert calls[0].splitlines()[-1] == "With changes of @U02GRACE @U02LINUS"
    assert not any("With changes of" in reply for reply in ship.thread(1))


async def test_nobody_is_called_without_a_map(ship: Ship) -> None:
    """Names alone are no people."""
    assert not any("With changes of" in reply for reply in ship.thread(await to_production(ship)))


async def test_tickets_are_links_where_somebody_said_so(launch: Launch) -> None:
    """By the service's own address."""
    ship = launch()
    web = replace(ship.catalogue.services["web"], tickets="https://acme.example/{ticket}")
    ship.change_catalogue(services={**ship.catalogue.services, "web": web})
    ship.start()
    commit(ship, "c0ffee1", "SHOP-88 cart", 430)
    assert "SHOP-88 on acme.example" in await ship.type(ADA, "/ops changes web staging")
