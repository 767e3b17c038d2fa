"""Distances between words, and revisions, by example."""

from collections.abc import Iterable

import pytest

from bot.commanding import filling
from bot.commanding.distance import apart, near
from bot.commanding.refs import LONGEST, Ref, is_link, looks_like_ref, read_ref, same_repository
from bot.commanding.unclear import Unclear
from tests.commanding.reading import read


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("web", "web", 0),
        ("web", "wbe", 1),
        ("web", "we", 1),
        ("web", "webb", 1),
        ("web", "wab", 1),
        ("deploy", "deplyo", 1),
        ("staging", "stagign", 1),
        ("production", "prodction", 1),
        ("production", "prdouctoin", 2),
        ("", "ab", 2),
        ("abc", "", 3),
        ("abcd", "dcba", 3),
    ],
)
def test_apart(one: str, other: str, distance: int) -> None:
    """Swapped neighbours count once; the same both ways; more than asked for is only known to be more."""
    assert apart(one, other, 5) == apart(other, one, 5) == distance
    assert apart(one, other, distance) == distance
    if distance:
        assert apart(one, other, distance - 1) > distance - 1


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("prodction", ["production"]),
        ("prod", ["production"]),
        ("stag", ["staging"]),
        ("wbe", ["web"]),
        ("w", []),
        ("xy", []),
        ("qa", []),
        ("x" * 60, []),
        ("webapi", []),
    ],
)
def test_near(word: str, meant: list[str]) -> None:
    """Few mistakes, or a beginning; short words have to be exact."""
    assert near(word, ["production", "staging", "web", "api"]) == meant


def test_nearest_first() -> None:
    """The order is that of the distance, then of the alphabet."""
    assert near("stage", ["stages", "staging", "stagex", "state"]) == ["stages", "stagex", "state"]


@pytest.mark.parametrize(
    ("word", "ref"),
    [
        ("main", Ref(text="main")),
        ("#412", Ref(text="#412")),
        ("!7", Ref(text="#7")),
        ("Acme/Web#412", Ref(text="#412", repository="acme/web")),
        ("https://github.com/Acme/Web/pull/412/", Ref(text="#412", repository="acme/web")),
        ("https://git/acme/web/pull/412", Ref(text="#412", repository="acme/web")),
        ("https://gitlab.example/a/b/c/-/merge_requests/3", Ref(text="#3", repository="a/b/c")),
        ("https://bitbucket.example/a/b/pull-requests/3/overview", Ref(text="#3", repository="a/b")),
        ("https://github.com/a/b/tree/feat/x", Ref(text="feat/x", repository="a/b")),
        ("dependabot/npm/react-18.2.0", Ref(text="dependabot/npm/react-18.2.0")),
        ("sha256:9f86", Ref(text="sha256:9f86")),
        ("größe", Ref(text="größe")),
        ("x" * LONGEST, Ref(text="x" * LONGEST)),
    ],
)
def test_refs(word: str, ref: Ref) -> None:
    """Kept as typed, apart from links and numbers."""
    assert read_ref(word) == ref


@pytest.mark.parametrize(
    "word",
    [
        *(
            "",
            "-x",
            "--x",
            "a b",
            "a\u00a0b",
            "a\tb",
            "a\x00",
            "a\u202eb",
            "\ud800",
            "a..b",
            "a@{1}",
            "x.lock",
            "x/",
            "a~1",
        ),
        *(
            "a^",
            "a:b?",
            "a*",
            "a[",
            "a\\b",
            "$(x)",
            "`x`",
            "a<b",
            "a|b",
            'a"b',
            "a'b",
            "a;b",
            "a,b",
            "x" * (LONGEST + 1),
        ),
        *(
            "https://github.com/a/b/pull/",
            "https://github.com/a/b/pull/x",
            "https://github.com/a/b/commit/",
            "ftp://a/b/c",
        ),
        *("https://github.com/a/b", "javascript://a/b/c/pull/1", "https://github.com/a/b/tree/-x"),
    ],
)
def test_what_cannot_be_a_ref(word: str) -> None:
    """Refused with a sentence and a hint, before anything looks at a repository."""
    with pytest.raises(Unclear) as caught:
        read_ref(word)
    assert caught.value.problem
    assert caught.value.hint


def test_shapes() -> None:
    """A word shaped like a revision is not taken for a mistyped service."""
    assert all(map(looks_like_ref, ["#1", "v1.4", "1.2.3-rc1", "5d2f0b7", "feature/x", "main", "HEAD", "sha256:ab"]))
    assert not any(map(looks_like_ref, ["shop", "web", "v1", "cafe"]))
    assert is_link("github.com/a/b/pull/1")
    assert not is_link("feature/pull/1")


@pytest.mark.parametrize(
    ("linked", "configured", "same"),
    [
        ("acme/web", "acme/web", True),
        ("acme/web", "Acme/Web.git", True),
        ("acme/web", "https://github.com/acme/web.git", True),
        ("acme/web", "git@github.com:acme/web.git", True),
        ("acme/web", "/srv/git/web.git", True),
        ("acme/web", "web", True),
        ("acme/web", "", True),
        ("acme/api", "acme/web", False),
        ("other/web", "acme/web", False),
        ("acme/api", "/srv/git/web.git", False),
        ("acme/other", "", False),
    ],
)
def test_whose_repository(linked: str, configured: str, same: bool) -> None:
    """A path has no owner, so only its name counts; nothing configured is compared with the service's names."""
    assert same_repository(linked, configured, ("web",)) is same


def test_a_long_line_of_unknown_words_is_not_compared_word_by_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who pastes a page does not hold up the others: a few words are compared, however many there are."""
    compared: list[str] = []

    def nothing_near(word: str, known: Iterable[str]) -> list[str]:
        compared.append(word)
        return []

    monkeypatch.setattr(filling, "near", nothing_near)
    assert read("deploy " + " ".join(f"word{number}" for number in range(200))).startswith("✗ There are two revisions")
    assert len(set(compared)) == filling.MOST_COMPARED
