"""What every Changes has to prove, over a small known history that the integration's rig sets up."""

from dataclasses import dataclass

import pytest

from bot.domain.changes import RefKind, Relation
from bot.domain.operations import Effect
from bot.errors import IntegrationError, Kind
from bot.ports import Changes

HOSTILE = (
    "--upload-pack=touch /tmp/x",
    "-h",
    "--help",
    "main\nmain",
    "main\0",
    "../../etc/passwd",
    "refs/heads/../../config",
    "main..feature",
    "main@{1}",
    "main~1",
    "main^",
    "a b",
    ":/fix",
    "$(id)",
    "`id`",
    "x" * 10_000,
    "\u202emain",
)


@dataclass(frozen=True, kw_only=True)
class KnownHistory:
    """`main` has `old` → `middle` (#7, "Middle") → `tip`; `side` left main at `old`; `tag` is `old`; pull request `number` is `side`.

    Between `old` and `tip` the files below `folder` change in `middle` only.
    """

    changes: Changes
    repository: str
    absent: str  # a repository that is not there
    old: str
    middle: str
    tip: str
    side: str
    branch: str
    tag: str
    number: int
    folder: str


class ChangesContract:
    """Resolve, compare and suggest, as plans rely on them."""

    @pytest.fixture
    def history(self) -> KnownHistory:
        raise NotImplementedError("the integration's test class provides its history")

    async def test_nothing_named_is_the_default_branch(self, history: KnownHistory) -> None:
        """An empty ref is the head of the default branch, by its name."""
        found = await history.changes.resolve(history.repository, "")
        assert (found.ref, found.revision, found.kind, found.merged) == ("main", history.tip, RefKind.BRANCH, True)
        assert found.title
        assert found.committed_at > 0

    async def test_every_kind_of_ref(self, history: KnownHistory) -> None:
        """Branch, tag, commit (short and full), and pull request resolve to one commit, and say whether main has it."""
        for ref, revision, kind, merged in (
            ("main", history.tip, RefKind.BRANCH, True),
            (history.branch, history.side, RefKind.BRANCH, False),
            (history.tag, history.old, RefKind.TAG, True),
            (history.middle, history.middle, RefKind.COMMIT, True),
            (history.side[:9], history.side, RefKind.COMMIT, False),
            (f"#{history.number}", history.side, RefKind.PULL_REQUEST, False),
        ):
            found = await history.changes.resolve(history.repository, ref)
            assert (found.revision, found.kind, found.merged) == (revision, kind, merged), ref

    @pytest.mark.parametrize("ref", ["no-such-branch", "0123abcd", "#99999", "f" * 40])
    async def test_what_is_not_there_is_not_found(self, history: KnownHistory, ref: str) -> None:
        """A ref that names nothing raises NOT_FOUND, and nothing happened."""
        with pytest.raises(IntegrationError) as raised:
            await history.changes.resolve(history.repository, ref)
        assert (raised.value.kind, raised.value.effect) == (Kind.NOT_FOUND, Effect.NONE)

    @pytest.mark.parametrize("ref", HOSTILE, ids=lambda ref: repr(ref)[:24])
    async def test_hostile_refs_are_refused(self, history: KnownHistory, ref: str) -> None:
        """What cannot be a ref is refused, in one short printable line, whatever it was meant to do."""
        with pytest.raises(IntegrationError) as raised:
            await history.changes.resolve(history.repository, ref)
        assert raised.value.kind in {Kind.INVALID, Kind.NOT_FOUND}
        assert str(raised.value).isprintable()
        assert len(str(raised.value)) < 300

    async def test_ahead(self, history: KnownHistory) -> None:
        """Going forward lists what arrives, newest first, with author, title and the pull request's number."""
        found = await history.changes.compare(history.repository, history.old, history.tip)
        assert found.relation is Relation.AHEAD
        assert [change.revision for change in found.arriving] == [history.tip, history.middle]
        assert (found.total, found.truncated, found.leaving) == (2, False, ())
        middle = found.arriving[1]
        assert (middle.title, middle.number) == ("Middle", 7)
        assert middle.author
        assert middle.committed_at > 0

    async def test_behind(self, history: KnownHistory) -> None:
        """Going back lists what leaves."""
        found = await history.changes.compare(history.repository, history.tip, history.old)
        assert found.relation is Relation.BEHIND
        assert [change.revision for change in found.leaving] == [history.tip, history.middle]
        assert (found.total, found.arriving) == (0, ())

    async def test_identical(self, history: KnownHistory) -> None:
        """From a revision to itself nothing moves."""
        found = await history.changes.compare(history.repository, history.tip, history.tip)
        assert (found.relation, found.arriving, found.leaving) == (Relation.IDENTICAL, (), ())

    async def test_diverged(self, history: KnownHistory) -> None:
        """To a branch that left earlier, some commits arrive and some leave."""
        found = await history.changes.compare(history.repository, history.tip, history.side)
        assert found.relation is Relation.DIVERGED
        assert [change.revision for change in found.arriving] == [history.side]
        assert [change.revision for change in found.leaving] == [history.tip, history.middle]

    async def test_paths_limit_what_counts(self, history: KnownHistory) -> None:
        """In a repository of many services only changes below the paths count."""
        found = await history.changes.compare(
            history.repository, history.old, history.tip, paths=(f"{history.folder}/**",)
        )
        assert [change.revision for change in found.arriving] == [history.middle]
        assert found.total == 1

    async def test_irreversible_files_are_named_on_either_way(self, history: KnownHistory) -> None:
        """What a rollback does not undo is listed going forward and going back."""
        globs = (f"{history.folder}/**",)
        there = await history.changes.compare(history.repository, history.old, history.tip, irreversible=globs)
        back = await history.changes.compare(history.repository, history.tip, history.old, irreversible=globs)
        assert there.irreversible
        assert there.irreversible == back.irreversible
        assert all(file.startswith(history.folder) for file in there.irreversible)

    async def test_a_lost_base_is_not_found(self, history: KnownHistory) -> None:
        """A commit that the repository does not have (any more) raises NOT_FOUND."""
        with pytest.raises(IntegrationError) as raised:
            await history.changes.compare(history.repository, "d" * 40, history.tip)
        assert raised.value.kind is Kind.NOT_FOUND

    async def test_where_a_pull_request_landed(self, history: KnownHistory) -> None:
        """The commit with which it came into the default branch; one that nothing names is not found."""
        assert await history.changes.landed(history.repository, 7) == history.middle
        with pytest.raises(IntegrationError) as raised:
            await history.changes.landed(history.repository, 99_999)
        assert (raised.value.kind, raised.value.effect) == (Kind.NOT_FOUND, Effect.NONE)

    async def test_what_contains_what(self, history: KnownHistory) -> None:
        """A revision contains itself and what came before it; not what came after, nor another branch."""
        contains = history.changes.contains
        assert await contains(history.repository, history.tip, history.old)
        assert await contains(history.repository, history.middle, history.middle)
        assert not await contains(history.repository, history.old, history.tip)
        assert not await contains(history.repository, history.tip, history.side)
        with pytest.raises(IntegrationError) as raised:
            await contains(history.repository, history.tip, "d" * 40)
        assert raised.value.kind is Kind.NOT_FOUND

    async def test_suggestions_begin_with_what_was_typed(self, history: KnownHistory) -> None:
        """Branches and tags, by prefix, in any case."""
        assert {"main", history.branch, history.tag} <= set(await history.changes.suggest(history.repository, ""))
        typed = history.branch[:4].upper()
        assert history.branch in await history.changes.suggest(history.repository, typed)
        assert await history.changes.suggest(history.repository, "zzz-no") == ()

    async def test_an_absent_repository(self, history: KnownHistory) -> None:
        """A repository that is not there is an error that says so, not a ref that was not found."""
        with pytest.raises(IntegrationError) as raised:
            await history.changes.resolve(history.absent, "main")
        assert raised.value.effect is Effect.NONE
        assert "repository" in str(raised.value)
