"""From commits to a summary: folding, reverts, both sides, and that it stays linear."""

import time
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.bumps import Bump
from bot.domain.changes import Change, ChangeSet, Relation, Touched
from bot.domain.pieces import Author, pieces
from bot.domain.summaries import LARGE_CHANGES, LARGE_FILES, Summary, leads, summarise
from bot.domain.titles import ChangeKind
from bot.domain.undoing import settled

NEW, OLD = "d" * 40, "e" * 40


def change(at: int, title: str, number: int = 0, body: str = "", **more: object) -> Change:
    return Change(revision=f"{at:07x}{'0' * 33}", title=title, author="Ada", number=number, body=body, **more)  # type: ignore[arg-type]  # names are checked by Change itself


def told(*arriving: Change, leaving: tuple[Change, ...] = (), relation: Relation = Relation.AHEAD) -> Summary:
    return summarise(
        ChangeSet(base=OLD, head=NEW, relation=relation, arriving=arriving, leaving=leaving, total=len(arriving))
    )


def titles(found: Summary) -> list[str]:
    return [piece.lead.title for piece in found.arriving.pieces]


def test_the_commits_of_a_pull_request_are_one_change() -> None:
    """Its title where it says a kind, else the best of its commits; breaks and authors come from all of them."""
    merge = change(1, "Gift cards", 12)
    inside = (
        change(2, "wip", via=merge.revision),
        replace(change(3, "feat!: cards", body="BREAKING CHANGE: no vouchers", via=merge.revision), author="Grace"),
    )
    (piece,) = pieces([merge, *inside])
    assert (piece.kind, piece.title, piece.breaking) == (ChangeKind.FEATURE, "Gift cards", ("no vouchers",))
    found = told(merge, *inside)
    assert [author.name for author in found.authors] == ["Ada", "Grace"]
    assert found.arriving.count == 1
    plain = pieces([change(1, "Gift cards", 12), change(2, "wip", via=f"{1:07x}{'0' * 33}")])
    assert plain[0].kind is ChangeKind.OTHER


def test_a_sign_or_a_label_breaks_without_a_note() -> None:
    """Only the `!` of one of its commits, only a label: still first."""
    merge = change(1, "Gift cards", 12)
    assert pieces([merge, change(2, "feat!: x", via=merge.revision)])[0].breaking == ("",)
    assert pieces([change(1, "x", labels=("Breaking",))])[0].breaking == ("",)
    assert pieces([change(1, "x", labels=("docs",))])[0].breaking == ()


def test_labels_say_the_kind_where_the_title_does_not() -> None:
    """A conventional title wins."""
    assert pieces([change(1, "Cart", labels=("area/web", "Bug"))])[0].kind is ChangeKind.FIX
    assert pieces([change(1, "feat: cart", labels=("bug",))])[0].kind is ChangeKind.FEATURE
    assert pieces([replace(change(1, "Anything"), author="renovate[bot]")])[0].kind is ChangeKind.DEPENDENCY


def test_a_merge_without_words_is_left_out_and_what_it_brought_is_not() -> None:
    """Nothing else is ever dropped."""
    merge = change(1, "Merge branch 'side'")
    found = told(merge, change(2, "something odd", via=merge.revision), change(3, "Release 1.4"))
    assert titles(found) == ["something odd", "Release 1.4"]


def test_a_pull_request_that_came_twice_counts_once() -> None:
    """Squashed here and merged there, with whatever came in either."""
    merge = change(2, "Gift cards", 12)
    listed = (change(1, "feat: gift cards", 12), merge, change(3, "wip", via=merge.revision), change(4, "other"))
    found = told(*listed)
    assert titles(found) == ["feat: gift cards", "other"]
    assert found.arriving.pieces[0].brought == (merge, listed[2])
    assert [each.number for each in leads(listed)] == [12, 0]


def test_a_revert_and_what_it_reverts_cancel_out() -> None:
    """By commit (short too), number or title; each is named as without effect."""
    for number, body in (
        (0, "This reverts commit 0000003."),
        (0, f"This reverts commit {3:07x}{'0' * 33}."),
        (0, ""),
        (9, "Reverts acme/web#5"),
    ):
        found = told(change(1, 'Revert "Cart"', number, body), change(2, "Other"), change(3, "Cart", 5))
        assert titles(found) == ["Other"], body
        assert [piece.lead.title for piece in found.arriving.undone] == ['Revert "Cart"', "Cart"]


def test_the_revert_of_a_revert_brings_it_back() -> None:
    """And the revert of that takes it away again."""
    story = [
        change(1, 'Revert "Reapply "Cart""', body="This reverts commit 0000002."),
        change(2, 'Reapply "Cart"', body="This reverts commit 0000003."),
        change(3, 'Revert "Cart"', body="This reverts commit 0000004."),
        change(4, "Cart"),
    ]
    assert titles(told(*story)) == []
    assert titles(told(*story[1:])) == ["Cart"]
    assert titles(told(*story[2:])) == []


def test_a_revert_of_something_older_is_told_as_such() -> None:
    """What it takes back has been live; a revert never takes back what came after it."""
    found = told(change(1, "Cart"), change(2, 'Revert "Cart"'), change(3, 'Revert "Old (#7)"'))
    assert [piece.lead.title for piece in found.arriving.reverted] == ['Revert "Cart"', 'Revert "Old (#7)"']
    assert titles(found) == ["Cart", 'Revert "Cart"', 'Revert "Old (#7)"']
    again = told(
        change(1, 'Revert "Revert "Old""', body="This reverts commit 0000002."),
        change(2, 'Revert "Old"', body="This reverts commit 0000009."),
    )
    assert titles(again) == []


def test_updates_are_collapsed_and_breaking_ones_are_told_too() -> None:
    """Majors can be seen; an update that says it breaks something stands among the changes as well."""
    found = told(
        change(1, "chore(deps): bump react from 17.0.0 to 18.0.0", 5, body="BREAKING CHANGE: no IE"),
        change(2, "Bump pip from 23.0 to 23.1"),
        change(3, "fix(deps): pin everything", 7),
    )
    assert [bump.package for bump in found.arriving.bumps] == ["react", "pip"]
    assert found.arriving.bumps[1] == Bump(
        package="pip", before="23.0", after="23.1", revisions=(f"{2:07x}{'0' * 33}",)
    )
    assert [piece.number for piece in found.arriving.breaking] == [5]
    assert [piece.number for piece in found.arriving.of(ChangeKind.DEPENDENCY)] == [5, 7]
    assert found.arriving.count == 3


def test_what_is_on_both_sides_neither_comes_nor_goes() -> None:
    """Picked (the note, or number), or rebased (same author, time and title)."""
    leaving = (
        change(11, "Picked"),
        change(12, "Rebased", authored_at=5),
        change(13, "By number", 8),
        change(14, "Gone"),
    )
    arriving = (
        change(1, "Picked", body=f"(cherry picked from commit {leaving[0].revision})"),
        change(2, "Rebased", authored_at=5),
        change(3, "By another title", 8),
        change(4, "New", authored_at=6),
    )
    found = told(*arriving, leaving=leaving, relation=Relation.DIVERGED)
    assert titles(found) == ["New"]
    assert [piece.lead.title for piece in found.leaving.pieces] == ["Gone"]
    assert (len(found.arriving.both), found.arriving.count, found.leaving.count) == (3, 1, 1)
    assert found.main is found.arriving


def test_going_back_is_about_what_leaves() -> None:
    """Its authors, its tickets."""
    gone = replace(change(1, "SHOP-7 cart", body="UTF-8 and SHOP-8, CVE-2024"), author="Linus", email="l@acme.example")
    found = told(
        leaving=(gone, replace(change(2, "x"), author="L. T.", email="L@acme.example")), relation=Relation.BEHIND
    )
    assert found.main is found.leaving
    assert found.authors == (Author(name="Linus", email="l@acme.example"),)
    assert found.tickets == ("SHOP-7", "SHOP-8")


def test_authors_are_people() -> None:
    """Programs and nobody are not."""
    found = told(replace(change(1, "x"), author="renovate[bot]"), replace(change(2, "y"), author=""), change(3, "z"))
    assert [each.name for each in found.authors] == ["Ada"]


def test_large_and_incomplete() -> None:
    """More than anybody looks through; and what was not read is counted."""
    base = ChangeSet(base=OLD, head=NEW, relation=Relation.AHEAD, arriving=(change(1, "x"),), total=1)
    assert not summarise(base).large
    assert summarise(replace(base, files=LARGE_FILES + 1)).large
    assert told(*(change(at, "x") for at in range(LARGE_CHANGES + 1))).large
    cut = summarise(replace(base, total=412, files=412, looked=500, touched=(Touched(kind="k", path="p"),)))
    assert (cut.truncated, cut.hidden, cut.looked, len(cut.touched)) == (True, 411, 412, 1)
    assert not summarise(base).truncated


def test_nothing() -> None:
    """Identical and unrelated ranges have empty sides."""
    found = told(relation=Relation.IDENTICAL)
    assert (found.arriving.count, found.leaving.count, found.authors) == (0, 0, ())


TITLES = st.sampled_from(
    ["feat: a", "fix!: b", "c", 'Revert "c"', 'Revert "Revert "c""', "Bump x from 1 to 2", "Merge branch 'm'"]
)
CHANGES = st.lists(
    st.tuples(
        TITLES,
        st.integers(0, 5),
        st.sampled_from(["", "BREAKING CHANGE: x", "This reverts commit 0000002.", "Reverts a/b#3"]),
    ),
    max_size=30,
)


@given(CHANGES)
def test_nothing_is_lost_and_nothing_is_told_twice(story: list[tuple[str, int, str]]) -> None:
    """Every change stands in exactly one place, whatever reverts whatever; only merges without words are left out."""
    listed = [change(at, title, number, body) for at, (title, number, body) in enumerate(story, start=1)]
    found = pieces(listed)
    result = settled(found)
    kept = [*result.told, *result.reverted, *result.undone]
    assert sorted(map(id, kept)) == sorted(map(id, found))
    folded = [each.revision for piece in found for each in (piece.lead, *piece.brought)]
    assert sorted(folded) == sorted(each.revision for each in listed if not each.title.startswith("Merge"))


def test_ten_thousand_commits_are_quick() -> None:
    """Linear: ten times as many take about ten times as long, and far less than a person notices."""
    kinds = (
        "feat: a {}",
        "fix: b {}",
        "c {}",
        "chore(deps): bump x from 1.{} to 2.0",
        "docs: SHOP-{}",
        'Revert "c {}"',
    )
    listed = [
        change(
            at,
            kinds[at % 6].format(at - 3 if at % 6 == 5 else at),
            at % 2 * at,
            "BREAKING CHANGE: x" if at % 50 == 0 else "",
        )
        for at in range(10_000)
    ]

    def cost(count: int) -> float:
        begun = time.process_time()
        told(*listed[:count])
        return time.process_time() - begun

    small, large = (min(cost(count) for _ in range(3)) for count in (1_000, 10_000))
    assert large < 40 * small
    assert large < 1.0  # seconds of CPU on a machine that does other things too; the benchmark has the true number
