"""What titles and bodies say: kinds, numbers, breaks, reverts, updates, and which files are pointed at."""

import pytest

from bot.domain.bumps import Bump, bump_of, collapsed, is_program, updates
from bot.domain.changes import Touched
from bot.domain.risks import KEPT, FileClass, touched
from bot.domain.titles import (
    ChangeKind,
    Undoing,
    breaking_notes,
    headline,
    picked_from,
    read_title,
    says_nothing,
    telling,
    undoing_of,
)

K = ChangeKind


@pytest.mark.parametrize(
    ("title", "text", "kind", "breaking"),
    [
        ("feat: gift cards", "gift cards", K.FEATURE, False),
        ("feat(api)!: drop v1", "drop v1", K.FEATURE, True),
        ("Fix(web): typo", "typo", K.FIX, False),
        ("perf: faster", "faster", K.PERFORMANCE, False),
        ("chore(deps-dev): bump x", "bump x", K.DEPENDENCY, False),
        ("docs: x", "x", K.OTHER, False),
        ("web: a scope of somebody's own", "web: a scope of somebody's own", None, False),
        ("web!: breaks", "web!: breaks", None, True),
        ("Add gift cards", "Add gift cards", K.FEATURE, False),
        ("Fixed: the build", "Fixed: the build", K.FIX, False),
        ("12:30 is noon", "12:30 is noon", None, False),
        ("feat:", "feat:", K.FEATURE, False),
        ("", "", None, False),
    ],
)
def test_titles(title: str, text: str, kind: ChangeKind | None, breaking: bool) -> None:
    """By the convention, else by the first word; nothing is lost of a title that follows none."""
    found = read_title(title)
    assert (found.text, found.kind, found.breaking) == (text, kind, breaking)


@pytest.mark.parametrize(
    ("title", "body", "said"),
    [
        ("Faster checkout (#412)", "", ("Faster checkout", 412)),
        ("(#412)", "", ("(#412)", 412)),
        ("Merge pull request #12 from ada/side", "Gift cards\n\nWhy.", ("Gift cards", 12)),
        ("Merge pull request #12 from ada/side", "Gift cards (#12)", ("Gift cards", 12)),
        ("Merge pull request #12 from ada/side", "", ("Merge pull request #12 from ada/side", 12)),
        ("Merged in side (pull request #7)", "Gift cards", ("Gift cards", 7)),
        ("Merge branch 'side' into 'main'", "Gift cards\n\nSee merge request acme/web!9", ("Gift cards", 9)),
        ("Merge branch 'side' into 'main'", "See merge request acme/web!9", ("Merge branch 'side' into 'main'", 9)),
        ('Revert "Gift cards (#12)" (#34)', "", ('Revert "Gift cards (#12)"', 34)),
        ("mentions #9 only", "See merge request acme/web!9", ("mentions #9 only", 0)),
    ],
)
def test_pull_requests_behind_commits(title: str, body: str, said: tuple[str, int]) -> None:
    """Squashed, merged, merge request: the number, and the title that people wrote."""
    found = headline(title, body)
    assert (found.title, found.number) == said


def test_merges_without_words() -> None:
    """They are noise; a merge with a title of its own is not."""
    assert says_nothing("Merge branch 'main' into side")
    assert says_nothing("Merge remote-tracking branch 'origin/main'")
    assert not says_nothing("Merge the two carts")
    assert not says_nothing("Release 1.4")


def test_breaking_notes() -> None:
    """Both spellings, every one of them, to the end of their paragraph."""
    body = (
        "Why.\n\nBREAKING CHANGE: v1 is gone,\n  use v2\n\nBREAKING-CHANGE: no XML\nReviewed-by: Ada\n"
        "BREAKING CHANGES(api): twice\nBREAKING CHANGE:\n"
    )
    assert list(breaking_notes(body)) == ["v1 is gone, use v2", "no XML", "twice", ""]
    assert list(breaking_notes(telling(body))) == ["v1 is gone, use v2", "no XML", "twice", ""]
    assert list(breaking_notes("This is not a BREAKING CHANGE: at all")) == []
    assert list(breaking_notes("nothing")) == []


def test_only_what_tells_is_kept_of_a_body() -> None:
    """A footer at the end of a long body counts as much as one at its beginning."""
    body = "Long.\n" * 5_000 + "\nRefs SHOP-88\nThis reverts commit 5d2f0b7aa.\n\nBREAKING CHANGE: gone\n"
    assert telling(body) == "Refs SHOP-88\nThis reverts commit 5d2f0b7aa.\nBREAKING CHANGE: gone"
    assert telling("Why.\n\nSigned-off-by: Ada") == ""
    assert telling("") == ""


@pytest.mark.parametrize(
    ("title", "body", "undoing"),
    [
        ('Revert "X"', "This reverts commit 5d2f0b7aa.", Undoing(revision="5d2f0b7aa")),
        ('Revert "X"', "Reverts acme/web#12", Undoing(number=12)),
        ('Revert "X (#12)"', "", Undoing(number=12)),
        ('Revert "X"', "", Undoing(title="X")),
        ('Revert "Revert "X""', "", Undoing(title='Revert "X"')),
        ('Reapply "X"', "", Undoing(title='Revert "X"')),
        ("Back to the old cart", "this reverts commit 5d2f0b7aa", Undoing(revision="5d2f0b7aa")),
        ("Revert the cart", "", None),
        ("Faster", "reverts commit messages", None),
    ],
)
def test_reverts(title: str, body: str, undoing: Undoing | None) -> None:
    """By commit, by pull request or by title, however it was made."""
    assert undoing_of(title, body) == undoing


def test_cherry_picks_name_their_origin() -> None:
    """As `git cherry-pick -x` writes it."""
    assert picked_from("(cherry picked from commit 5d2f0b7aa)") == "5d2f0b7aa"
    assert picked_from("cherry picked by hand") == ""
    assert picked_from("") == ""


@pytest.mark.parametrize(
    ("title", "package", "before", "after", "major"),
    [
        ("Bump react from 17.0.2 to 18.0.1", "react", "17.0.2", "18.0.1", True),
        ("bump @types/node from 20.1.0 to 20.2.0 in /web", "@types/node", "20.1.0", "20.2.0", False),
        ("Bump left-pad from 0.3.1 to 0.4.0", "left-pad", "0.3.1", "0.4.0", True),
        ("Upgrade requests requirement from ~=2.0 to ~=3.1", "requests", "2.0", "~=3.1", True),
        ("Bump pip to 24.0", "pip", "", "24.0", False),
    ],
)
def test_updates(title: str, package: str, before: str, after: str, major: bool) -> None:
    """What goes where, and whether that may break what uses it."""
    found = bump_of(title, expected=False)
    assert found is not None
    assert (found.package, found.before, found.after, found.major) == (package, before, after, major)


def test_what_is_an_update_only_where_one_is_expected() -> None:
    """A title that happens to say from and to is no update; a group of them has no name."""
    assert bump_of("Move the cart from 2 to 3 columns", expected=False) is None
    assert bump_of("react 18 to 19", expected=True) == Bump(package="react", before="18", after="19")
    assert bump_of("update dependency react to v19", expected=True) == Bump(package="react", after="v19")
    assert bump_of("Bump the npm group with 3 updates", expected=False) == Bump(package="")
    assert bump_of("lock file maintenance", expected=True) == Bump(package="")
    assert bump_of("pin everything", expected=True) is None
    assert bump_of("welcome to the club", expected=True) is None


def test_many_updates_are_one_line() -> None:
    """17 → 18 and 18 → 19 are 17 → 19; majors first, groups last."""
    found = collapsed(
        [
            Bump(package="left", before="1.0", after="1.1", numbers=(5,)),
            Bump(package="React", before="18", after="19", numbers=(4,)),
            Bump(package="", numbers=(3,)),
            Bump(package="react", before="17", after="18", revisions=("abc",)),
            Bump(package="left", after="1.0", numbers=(1,)),
        ]
    )
    assert found == (
        Bump(package="React", before="17", after="19", numbers=(4,), revisions=("abc",)),
        Bump(package="left", before="1.0", after="1.1", numbers=(5, 1)),
        Bump(package="", numbers=(3,)),
    )


def test_programs() -> None:
    """Those that update dependencies, and those that are only no people."""
    assert updates("dependabot[bot]")
    assert updates("Renovate Bot")
    assert not updates("github-actions[bot]")
    assert is_program("github-actions[bot]")
    assert not is_program("Ada")


def test_files_to_look_at() -> None:
    """In the order of the classes, the first class that has a file, one's own before the usual ones."""
    own = (FileClass(name="payments", globs=("src/pay/**", "rates?.csv")),)
    paths = ["db/migrate/1.sql", "src/pay/auth/x.py", "rates1.csv", "deep/rates1.csv", ".github/workflows/ci.yml",
             "infra/main.tf", "src/auth/login.py", "uv.lock", "README.md", "authors.md", "migrations/0001.py"]  # fmt: skip
    found = touched(paths, own)
    assert [(each.kind, each.path) for each in found] == [
        ("payments", "src/pay/auth/x.py"),
        ("payments", "rates1.csv"),
        ("migration", "db/migrate/1.sql"),
        ("migration", "migrations/0001.py"),
        ("workflow", ".github/workflows/ci.yml"),
        ("infrastructure", "infra/main.tf"),
        ("sign-in", "src/auth/login.py"),
        ("lock file", "uv.lock"),
    ]


def test_not_every_file_is_kept() -> None:
    """A thousand migrations are not a thousand names in a row."""
    found = touched(f"migrations/{at}.sql" for at in range(1_000))
    assert found[-1] == Touched(kind="migration", path=f"migrations/{KEPT - 1}.sql")
    assert len(found) == KEPT
