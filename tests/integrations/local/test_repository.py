"""Git as it really is: repositories without a tree, names that clash, commits from every kind of workflow."""

import os
from pathlib import Path

import pytest

from bot.domain.changes import RefKind, Relation
from bot.domain.operations import Effect
from bot.errors import IntegrationError, Kind
from integrations.local import comparing
from integrations.local.git import Git, environment
from integrations.local.repository import LocalChanges
from tests.integrations.local.scenery import SECRET, Repository, repository

pytestmark = pytest.mark.real

CHANGES = LocalChanges(git=Git(deadline=10_000, secrets=(SECRET,)))


@pytest.fixture
def made(tmp_path: Path) -> Repository:
    return repository(tmp_path / "repository")


def place(made: Repository) -> str:
    return str(made.path)


async def test_a_bare_repository(made: Repository, tmp_path: Path) -> None:
    """What people push to has no working tree."""
    first, second = made.commit("One"), made.commit("Two")
    bare = tmp_path / "bare.git"
    made.git("clone", "--quiet", "--bare", ".", str(bare))
    assert (await CHANGES.resolve(str(bare), "")).revision == second
    found = await CHANGES.compare(str(bare), first, second)
    assert [change.title for change in found.arriving] == ["Two"]


async def test_a_clone_knows_the_branches_of_its_origin(made: Repository, tmp_path: Path) -> None:
    """A branch that only the remote has is found by its plain name, and suggested by it."""
    made.commit("One")
    made.git("switch", "--quiet", "--create", "feature/far")
    far = made.commit("Far")
    made.git("switch", "--quiet", "main")
    clone = tmp_path / "clone"
    made.git("clone", "--quiet", ".", str(clone))
    found = await CHANGES.resolve(str(clone), "feature/far")
    assert (found.revision, found.kind, found.merged) == (far, RefKind.BRANCH, False)
    assert await CHANGES.suggest(str(clone), "feat") == ("feature/far",)


async def test_a_branch_and_a_tag_of_one_name(made: Repository) -> None:
    """Where a name may mean two commits the person says which; where both are one commit there is nothing to ask."""
    first = made.commit("One")
    made.git("tag", "release")
    made.git("branch", "release")
    assert (await CHANGES.resolve(place(made), "release")).revision == first
    second = made.commit("Two")
    made.git("branch", "--force", "release")
    with pytest.raises(IntegrationError) as raised:
        await CHANGES.resolve(place(made), "release")
    assert (raised.value.kind, raised.value.effect) == (Kind.INVALID, Effect.NONE)
    assert raised.value.hint == "Write one of: refs/heads/release, refs/tags/release."
    assert (await CHANGES.resolve(place(made), "refs/heads/release")).revision == second
    assert (await CHANGES.resolve(place(made), "tags/release")).kind is RefKind.TAG


async def test_a_short_hash_that_is_two_commits(made: Repository) -> None:
    """Candidates are named; a blob with the same beginning is none."""
    made.fast_import(*(f"commit refs/heads/many-{n}\ncommitter A <a@b> {n} +0000\ndata 0\n" for n in range(1_000)))
    by_prefix: dict[str, list[str]] = {}
    for commit in made.git("for-each-ref", "--format=%(objectname)", "refs/heads").split():
        by_prefix.setdefault(commit[:4], []).append(commit)
    two = next(found for found in by_prefix.values() if len(found) > 1)
    made.commit("One")
    with pytest.raises(IntegrationError) as raised:
        await CHANGES.resolve(place(made), two[0][:4])
    assert raised.value.kind is Kind.INVALID
    assert all(commit[:12] in raised.value.hint for commit in two)
    assert (await CHANGES.resolve(place(made), two[0][:12].upper())).revision == two[0]


async def test_a_branch_that_looks_like_a_hash(made: Repository) -> None:
    """Names come before hashes."""
    made.commit("One")
    made.git("switch", "--quiet", "--create", "deadbeef")
    there = made.commit("There")
    made.git("switch", "--quiet", "main")
    assert (await CHANGES.resolve(place(made), "deadbeef")).revision == there


@pytest.mark.parametrize(
    "ref", ["#12", "pull/12", "pull/12/head", "refs/pull/12/head", "https://forge.example/a/b/pull/12"]
)
async def test_the_ways_to_write_a_pull_request(made: Repository, ref: str) -> None:
    """All of them mean refs/pull/12/head."""
    head = made.commit("One")
    made.git("update-ref", "refs/pull/12/head", head)
    found = await CHANGES.resolve(place(made), ref)
    assert (found.ref, found.revision, found.kind) == ("#12", head, RefKind.PULL_REQUEST)


async def test_no_commit_yet(made: Repository) -> None:
    """A fresh repository has no default branch to deploy."""
    with pytest.raises(IntegrationError) as raised:
        await CHANGES.resolve(place(made), "")
    assert raised.value.kind is Kind.NOT_FOUND


async def test_pull_request_numbers_and_titles(made: Repository) -> None:
    """Squashed and merged pull requests say their number; a merge says its title in the body's first line."""
    first = made.commit("One")
    made.commit("feat: squashed (#41)")
    made.commit("Merge pull request #42 from ada/side\n\nMerged title\n\nWhy.")
    made.commit("mentions #9 only")
    last = made.commit("Body\n\n" + "x" * 10_000 + "\n\nBREAKING CHANGE: gone")
    found = await CHANGES.compare(place(made), first, last)
    told = [(change.title, change.number, change.body) for change in found.arriving]
    assert told == [
        ("Body", 0, "BREAKING CHANGE: gone"),
        ("mentions #9 only", 0, ""),
        ("Merged title", 42, ""),
        ("feat: squashed", 41, ""),
    ]
    assert (found.arriving[0].email, found.arriving[0].authored_at > 0) == ("ada@acme.example", True)
    assert found.arriving[0].author == "Ada Lovelace"


async def test_a_long_range_is_listed_in_part_and_counted_in_full(
    made: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list is cut, the number is not."""
    monkeypatch.setattr(comparing, "LISTED", 2)
    first, *_rest, last = [made.commit(str(number)) for number in range(5)]
    found = await CHANGES.compare(place(made), first, last)
    assert (len(found.arriving), found.total, found.truncated) == (2, 4, True)


async def test_the_first_deployment_of_all(made: Repository) -> None:
    """From nothing, everything arrives."""
    made.commit("One", a="1")
    last = made.commit("Two", migrations__1_sql="2")
    found = await CHANGES.compare(place(made), "", last, irreversible=("migrations/**",))
    assert (found.relation, found.total, found.files) == (Relation.AHEAD, 2, 2)
    assert found.irreversible == ("migrations/1_sql",)


async def test_unrelated_histories(made: Repository) -> None:
    """No common commit."""
    here = made.commit("Here")
    made.git("switch", "--quiet", "--orphan", "island")
    there = made.commit("There")
    assert (await CHANGES.compare(place(made), here, there)).relation is Relation.UNRELATED


async def test_globs_are_only_globs(made: Repository) -> None:
    """What looks like git's own magic or an option is a pattern that matches nothing, or names an odd file."""
    first = made.commit("One")
    last = made.commit("Two", **{"--all": "odd", ":(exclude)x": "odd"})
    for glob, files in (("--all", 1), (":(exclude)x", 1), ("--help", 0), ("**/*.sql", 0), ("*", 2)):
        found = await CHANGES.compare(place(made), first, last, paths=(glob,))
        assert found.files == files, glob


@pytest.mark.parametrize("revision", ["main", "HEAD", "--all", "abc", "", "F" * 40])
async def test_only_full_revisions_are_compared(made: Repository, revision: str) -> None:
    """A ref moves; a change set is between what cannot move."""
    first = made.commit("One")
    with pytest.raises(IntegrationError) as raised:
        await CHANGES.compare(place(made), first, revision or "x")
    assert raised.value.kind is Kind.INVALID


async def test_a_folder_inside_a_repository_is_none(made: Repository) -> None:
    """A typo in the path never reads the repository around it."""
    made.commit("One", folder__file="1")
    with pytest.raises(IntegrationError, match="no git repository"):
        await CHANGES.resolve(str(made.path / "folder"), "main")


@pytest.mark.parametrize("path", ["", "https://forge.example/a/b.git", "a\nb"])
async def test_what_is_no_path(path: str) -> None:
    """A URL is not read from; the hint says what to write."""
    with pytest.raises(IntegrationError) as raised:
        await CHANGES.resolve(path, "main")
    assert raised.value.kind is Kind.INVALID
    assert raised.value.hint


async def test_the_repositorys_own_hooks_and_filters_do_not_run(made: Repository, tmp_path: Path) -> None:
    """Reading a repository executes nothing that lies in it."""
    first = made.commit("One")
    trap = tmp_path / "trap"
    trap.write_text("#!/bin/sh\ntouch sprung\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "diff.external", "core.sshCommand", "log.diffMerges"):
        made.git("config", key, str(trap) if key != "log.diffMerges" else "off")
    last = made.commit("Two", file="x")
    (tmp_path / "sprung").unlink(missing_ok=True)
    (made.path / "sprung").unlink(missing_ok=True)
    await CHANGES.resolve(place(made), "main")
    await CHANGES.compare(place(made), first, last)
    assert not (made.path / "sprung").exists()


async def test_a_git_that_hangs_is_given_up(made: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question has a deadline; what hangs is killed, and the sentence says so."""
    (tmp_path / "bin").mkdir()
    git = tmp_path / "bin" / "git"
    git.write_text("#!/bin/sh\nexec sleep 60\n")
    git.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    slow = LocalChanges(git=Git(deadline=100))
    with pytest.raises(IntegrationError) as raised:
        await slow.resolve(place(made), "main")
    assert (raised.value.kind, str(raised.value)) == (Kind.UNAVAILABLE, "git did not answer within 0.1 s")


async def test_a_git_that_fails_says_why_without_secrets(
    made: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its complaint is one line, and what the bot keeps secret is not in it."""
    (tmp_path / "bin").mkdir()
    git = tmp_path / "bin" / "git"
    git.write_text(f"#!/bin/sh\necho 'fatal: bad object\n{SECRET}' >&2; exit 128\n")
    git.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    with pytest.raises(IntegrationError) as raised:
        await CHANGES.suggest(place(made), "")
    assert str(raised.value) == "git for-each-ref failed: fatal: bad object •••"
    git.write_text("#!/bin/sh\necho 'fatal: could not open: Permission denied' >&2; exit 128\n")
    with pytest.raises(IntegrationError) as raised:
        await CHANGES.suggest(place(made), "")
    assert raised.value.kind is Kind.FORBIDDEN


async def test_no_git_at_all(made: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence, and the fix."""
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    with pytest.raises(IntegrationError) as raised:
        await CHANGES.resolve(place(made), "main")
    assert raised.value.kind is Kind.UNAVAILABLE
    assert "git" in raised.value.hint


def test_the_environment_of_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the bot's environment but PATH: no secrets, no GIT_DIR that leads elsewhere."""
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    monkeypatch.setenv("SLACK_BOT_TOKEN", SECRET)
    seen = environment(tmp_path)
    assert "GIT_DIR" not in seen
    assert SECRET not in seen.values()
    assert seen["GIT_TERMINAL_PROMPT"] == "0"
