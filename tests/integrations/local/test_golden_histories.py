"""Histories as real repositories have them, told as a summary: merged, squashed, rebased, reverted, picked, pushed over."""

import re
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from bot.domain.changes import ChangeSet, Relation
from bot.domain.risks import touched
from bot.domain.summaries import summarise
from bot.domain.terms import MINUTE
from bot.views.changes import change_list
from integrations.local.git import Git
from integrations.local.repository import LocalChanges
from tests.integrations.local.scenery import Repository, repository
from tests.support.text import plain

pytestmark = pytest.mark.real

CHANGES = LocalChanges(git=Git(deadline=MINUTE))


@pytest.fixture
def made(tmp_path: Path) -> Repository:
    """Two commits, so that there is something to start from."""
    found = repository(tmp_path / "repository")
    found.commit("Start")
    found.commit("Second")
    return found


def tip(made: Repository) -> str:
    return made.git("rev-parse", "HEAD")


def merge(made: Repository, number: int, title: str, *commits: str, **files: str) -> str:
    """A pull request with these commits, merged by its button."""
    made.git("switch", "--quiet", "--create", f"pr-{number}")
    for at, message in enumerate(commits):
        made.commit(message, **(files or {f"f{number}-{at}": message}))
    made.git("switch", "--quiet", "main")
    made.minute += 1
    made.git(
        "merge",
        "--quiet",
        "--no-ff",
        "-m",
        f"Merge pull request #{number} from ada/pr-{number}\n\n{title}",
        f"pr-{number}",
    )
    return tip(made)


def squash(made: Repository, number: int, title: str, body: str = "", **files: str) -> str:
    return made.commit(f"{title} (#{number})\n\n{body}", **(files or {f"f{number}": title}))


def revert(made: Repository, revision: str, title: str = "", *words: str) -> str:
    made.minute += 1
    made.git("revert", "--no-edit", *words, revision)
    if title:
        made.git("commit", "--quiet", "--amend", "--message", f"{title}\n\n{made.git('log', '-1', '--format=%b')}")
    return tip(made)


async def compared(made: Repository, base: str, head: str, *paths: str) -> ChangeSet:
    found = await CHANGES.compare(str(made.path), base, head, paths=paths)
    return ChangeSet(**{**vars(found), "touched": touched(found.paths), "paths": ()})


async def summary(made: Repository, base: str, head: str, *paths: str) -> str:
    """What people read, without the revisions, which no two runs share."""
    shown = plain(change_list(await compared(made, base, head, *paths)))
    return re.sub(r"`[0-9a-f]{7}`", "`…`", shown.partition("\n")[2])


async def test_merged(made: Repository) -> None:
    """One change for each pull request: its commits are not told, but what they break is."""
    base = tip(made)
    merge(made, 12, "Faster checkout", "wip", "feat: cache carts\n\nBREAKING CHANGE: carts expire", "fix typo")
    made.commit("Straight to main")
    merge(made, 13, "fix: retry webhooks", "retry")
    made.git("switch", "--quiet", "--create", "side")
    made.commit("docs: SHOP-88 on a branch without a pull request", side="x")
    made.git("switch", "--quiet", "main")
    made.commit("Another", other="x")
    made.git("merge", "--quiet", "--no-ff", "--no-edit", "side")
    assert await summary(made, base, tip(made)) == snapshot("""\
5 changes
⚠️ *Look here*
*Breaking* #12 Faster checkout: carts expire
*Features* #12 Faster checkout
*Fixes* #13 retry webhooks
*Other* `…` Another · `…` docs: SHOP-88 on a branch without a pull request · `…` Straight to main
by Ada Lovelace · tickets SHOP-88 · 7 of 7 files looked at\
""")


async def test_squashed(made: Repository) -> None:
    """Types, breaks in both spellings, updates collapsed, migrations and workflows first."""
    base = tip(made)
    squash(
        made,
        20,
        "feat(cart): gift cards",
        "Why.\n\nBREAKING-CHANGE: vouchers are gone\n\nBREAKING CHANGE: so are coupons",
    )
    squash(made, 21, "chore(deps): bump react from 17.0.2 to 18.0.0", **{"package-lock.json": "1"})
    squash(made, 22, "chore(deps): bump react from 18.0.0 to 19.0.0", **{"package-lock.json": "2"})
    squash(made, 23, "Bump pip from 24.0 to 24.1")
    squash(
        made,
        24,
        "Orders have notes",
        **{"db__migrate__0042_orders.sql": "alter", ".github__workflows__ci.yml": "on: push"},
    )
    squash(made, 25, "perf: half the queries")
    assert await summary(made, base, tip(made)) == snapshot("""\
6 changes
⚠️ *Look here*
*Breaking* #20 gift cards: vouchers are gone; so are coupons
migration 0042_orders.sql · workflow ci.yml
react 17.0.2 → 19.0.0 (#22, #21)
*Features* #20 gift cards
*Performance* #25 half the queries
*Other* #24 Orders have notes
*Dependencies* react 17.0.2 → 19.0.0 (#22, #21) · pip 24.0 → 24.1 (#23)
by Ada Lovelace · 6 of 6 files looked at\
""")


async def test_rebased(made: Repository) -> None:
    """Every commit on the main line: each is told, none has a number."""
    base = tip(made)
    made.git("switch", "--quiet", "--create", "side")
    made.commit("feat: one", one="1")
    made.commit("Two", two="2")
    made.git("switch", "--quiet", "main")
    made.commit("fix: three", three="3")
    made.git("rebase", "--quiet", "main", "side")
    made.git("switch", "--quiet", "main")
    made.git("merge", "--quiet", "--ff-only", "side")
    found = summarise(await compared(made, base, tip(made)))
    assert [piece.lead.title for piece in found.arriving.pieces] == ["feat: one", "fix: three", "Two"]
    assert (found.total, found.files, found.looked) == (3, 3, 3)


async def test_squashed_here_and_merged_there(made: Repository) -> None:
    """The same pull request, merged into main after its squash came by a release branch, counts once."""
    base = tip(made)
    squash(made, 30, "feat: gift cards")
    merge(made, 30, "Gift cards", "wip")
    found = summarise(await compared(made, base, tip(made)))
    assert [(piece.number, piece.title) for piece in found.arriving.pieces] == [(30, "Gift cards")]


async def test_reverted(made: Repository) -> None:
    """A pair inside the range cancels out; the revert of a revert brings it back; one of something older is told."""
    old = squash(made, 40, "feat: old cart")
    base = tip(made)
    first = squash(made, 41, "feat: gift cards")
    undo = revert(made, first, 'Revert "feat: gift cards (#41)" (#42)')
    second = squash(made, 43, "fix: webhooks")
    gone = revert(made, second)
    back = revert(made, gone)
    merged = merge(made, 44, "Wish lists", "feat: wish lists")
    revert(made, merged, "", "-m", "1")
    revert(made, old)
    assert undo != back
    assert await summary(made, base, tip(made)) == snapshot("""\
8 changes
*Fixes* #43 webhooks
*Taken back* `…` Revert "feat: old cart (#40)"
*No net change* `…`, #44, `…`, `…`, #42, #41
by Ada Lovelace · 2 of 2 files looked at\
""")
    assert "No net change" in await summary(made, base, undo)


async def test_picked(made: Repository) -> None:
    """A hotfix that was picked onto the release is on both sides: it neither comes nor goes."""
    fork = tip(made)
    fix = squash(made, 50, "fix: webhooks")
    squash(made, 51, "feat: gift cards")
    main = tip(made)
    made.git("switch", "--quiet", "--create", "release", fork)
    made.minute += 1
    made.git("cherry-pick", "-x", fix)
    made.commit("fix: only on the release", only="x")
    assert await summary(made, tip(made), main) == snapshot("""\
1 change arrive, 1 change leave
*Features* #51 gift cards
*On both sides* #50
*No longer live* `…` only on the release
by Ada Lovelace · 2 of 2 files looked at\
""")


async def test_pushed_over(made: Repository) -> None:
    """A base that was rebased away: what is the same on both sides is no change, the rest is told on its side."""
    start = tip(made)
    squash(made, 60, "feat: gift cards")
    made.commit("Dropped later", dropped="x")
    before = tip(made)
    made.git("reset", "--quiet", "--hard", start)
    made.commit("fix: came first", came="x")
    made.minute += 1
    made.git("cherry-pick", f"{before}~1")
    found = await compared(made, before, tip(made))
    assert found.relation is Relation.DIVERGED
    told = summarise(found)
    assert [piece.lead.title for piece in told.arriving.pieces] == ["fix: came first"]
    assert [piece.lead.title for piece in told.leaving.pieces] == ["Dropped later"]
    assert [piece.number for piece in told.arriving.both] == [60]


async def test_back_again(made: Repository) -> None:
    """On the way back it is told what leaves."""
    base = tip(made)
    squash(made, 70, "feat: gift cards")
    squash(made, 71, "fix: webhooks", "SHOP-7")
    assert await summary(made, tip(made), base) == snapshot("""\
2 changes would leave: this goes back
*No longer live*
*Features* #70 gift cards
*Fixes* #71 webhooks
by Ada Lovelace · tickets SHOP-7 · 2 of 2 files looked at\
""")
    assert await summary(made, base, base) == "No difference: both are the same revision."


async def test_one_service_of_many(made: Repository) -> None:
    """Only what touches its paths, under the pull requests that brought it."""
    base = tip(made)
    merge(made, 80, "Cart for web", "web: cart", "api: cart", services__web__cart="1")
    merge(made, 81, "Only api", "api: only", services__api__only="1")
    squash(made, 82, "feat: squashed for web", services__web__squashed="1")
    squash(made, 83, "feat: squashed for api", services__api__squashed="1")
    found = await compared(made, base, tip(made), "services/web/**")
    told = summarise(found)
    assert [(piece.number, piece.lead.title) for piece in told.arriving.pieces] == [
        (82, "feat: squashed for web"),
        (80, "Cart for web"),
    ]
    assert (found.total, found.files) == (len(found.arriving), 2)


async def test_a_thousand(made: Repository) -> None:
    """Each number stands somewhere, and all of it fits into one message."""
    base = tip(made)
    made.fast_import(
        *(
            f"commit refs/heads/main\nmark :{at}\ncommitter Ada <ada@acme.example> {1_790_100_000 + at} +0000\n"
            f"data <<X\n{('feat', 'fix', 'docs')[at % 3]}: number {at} (#{at})\nX\n"
            + (f"from {base}\n" if at == 1 else "")
            + f"M 644 inline f{at % 50}\ndata 2\n{at % 10}\n"
            for at in range(1, 1_001)
        )
    )
    found = await compared(made, base, made.git("rev-parse", "main"))
    message = change_list(found)
    shown = plain(message)
    assert [at for at in range(1, 1_001) if f"#{at}" not in shown] == []
    assert len(message.blocks) <= 50
    assert sum(len(str(block)) for block in message.blocks) < 40_000
    assert shown.splitlines()[1:4] == snapshot(["1,000 changes", "⚠️ *Look here*", "Large: 1,000 changes, 50 files"])
