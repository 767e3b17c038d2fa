"""Comparisons beyond the contract: long, cut, diverged, merged, renamed, and what is said where GitHub does not say all."""

import pytest

from bot.domain.changes import Relation
from bot.domain.kinship import Known, authors_of, marks_of
from bot.domain.operations import Effect
from bot.errors import IntegrationError, Kind
from bot.ports import Changes, Integration
from integrations.github.comparing import LISTED
from tests.fakes.github import REPOSITORY, FakeGitHub, FakePull, Fault, FaultKind
from tests.fakes.github.history import sha

PEOPLE = {"U02ADA": "ada-l", "U02LINUS": "linus-t", "U02EVE": "eve"}


@pytest.fixture
def changes(github: Integration) -> Changes:
    assert github.changes is not None
    return github.changes


def more(fake: FakeGitHub, count: int) -> str:
    """So many more commits on main; the new tip."""
    tip = fake.history.branches["main"]
    for number in range(1, count + 1):
        tip = fake.history.commit(f"more {number}", tip, files=[f"files/{number}"])
    fake.history.branches["main"] = tip
    return tip


async def test_a_long_range_lists_the_newest(fake: FakeGitHub, changes: Changes) -> None:
    """Failure case 42: more commits than on a page, all listed, newest first, in three questions and one for pull requests."""
    tip = more(fake, 257)
    found = await changes.compare(REPOSITORY, sha("tip"), tip)
    assert [change.title for change in found.arriving] == [f"More {number}" for number in range(257, 0, -1)]
    assert (found.total, found.truncated) == (257, False)
    assert len(fake.questions("", "GET")) == 3
    assert len(fake.questions("/graphql")) == 3


async def test_a_range_that_is_too_long_says_so(fake: FakeGitHub, changes: Changes) -> None:
    """Failure case 42: the newest are listed, all are counted, and not every file is named."""
    count = LISTED + 230
    found = await changes.compare(REPOSITORY, sha("tip"), more(fake, count))
    assert found.arriving[0].title == f"More {count}"
    assert LISTED - 100 < len(found.arriving) <= LISTED
    assert (found.total, found.truncated) == (count, True)
    assert (found.files, found.files_cut) == (300, True)


async def test_pull_requests_and_their_labels(fake: FakeGitHub, changes: Changes) -> None:
    """From GitHub where the title does not say it; the merged one goes before others; the title goes before GitHub."""
    rebased = fake.history.commit("rebased", fake.history.branches["main"], message="No number here")
    fake.history.pulls |= {
        20: FakePull(number=20, head=rebased),
        21: FakePull(number=21, head=sha("x"), merge=rebased, labels=("breaking", "\u202efeature")),
    }
    found = await changes.compare(REPOSITORY, sha("old"), rebased)
    assert [(change.number, change.labels) for change in found.arriving] == [
        (21, ("breaking", "feature")),
        (0, ()),
        (7, ("bug",)),
    ]
    assert found.arriving[2].body == "BREAKING CHANGE: all of it"


async def test_without_graphql_titles_have_to_do(fake: FakeGitHub, changes: Changes) -> None:
    """A comparison does not fail because of labels."""
    fake.faults += [Fault(kind=FaultKind.INSTEAD, path="/graphql", status=502, times=9)]
    found = await changes.compare(REPOSITORY, sha("old"), sha("tip"))
    assert [change.number for change in found.arriving] == [0, 7]
    fake.faults[:] = [
        Fault(kind=FaultKind.INSTEAD, path="/graphql", status=200, body='{"data": {"nodes": [null, {"oid": 7}, 3]}}')
    ]
    assert (await changes.compare(REPOSITORY, sha("old"), sha("tip"))).total == 2


async def test_a_deleted_author_is_still_somebody(changes: Changes) -> None:
    """Failure case 41: null where a person was."""
    found = await changes.compare(REPOSITORY, sha("old"), sha("tip"))
    assert [change.author for change in found.arriving] == ["Ada Lovelace", "ada-l"]


async def test_merges_bring_what_they_merged(fake: FakeGitHub, changes: Changes) -> None:
    """A branch's commits name the merge that brought them; with paths, the merge comes with them."""
    base = fake.history.branches["main"]
    inner = fake.history.commit("inner", base, files=["services/b.py"])
    other = fake.history.commit("other", base, files=["elsewhere.py"])
    merge = fake.history.commit("merge", other, inner, message="Merge pull request #9 from acme/x\n\nThe feature")
    found = await changes.compare(REPOSITORY, base, merge)
    assert {change.revision: change.via for change in found.arriving} == {merge: "", other: "", inner: merge}
    assert found.arriving[0].title == "The feature"
    found = await changes.compare(REPOSITORY, base, merge, paths=("services/**",))
    assert [change.revision for change in found.arriving] == [merge, inner]
    assert (found.paths, found.total) == (("services/b.py",), 2)


@pytest.mark.parametrize(
    ("glob", "files"),
    [
        ("a/**", {"a/x.py", "a/b/y.sql"}),
        ("**/*.sql", {"a/b/y.sql", "z.sql"}),
        ("a/*.py", {"a/x.py"}),
        ("a/?.py", {"a/x.py"}),
        ("a/[w-x].py", {"a/x.py"}),
        ("a/[!x].py", set()),
        ("z.sql", {"z.sql"}),
        ("A/**", set()),
        ("a/b", set()),
    ],
)
async def test_globs(fake: FakeGitHub, changes: Changes, glob: str, files: set[str]) -> None:
    """As everywhere: `**` crosses folders, the rest does not, and case counts."""
    tip = fake.history.commit("files", sha("tip"), files=["a/x.py", "a/b/y.sql", "z.sql"])
    found = await changes.compare(REPOSITORY, sha("tip"), tip, irreversible=(glob,))
    assert set(found.irreversible) == files


async def test_diverged_names_the_files_of_both_ways(changes: Changes) -> None:
    """Failure case 43: what is left matters as much as what comes."""
    found = await changes.compare(REPOSITORY, sha("tip"), sha("side"))
    assert found.relation is Relation.DIVERGED
    assert set(found.paths) == {"side.md", "services/a.py", "README.md"}


async def test_histories_that_have_nothing_in_common(fake: FakeGitHub, changes: Changes) -> None:
    """Failure case 43: after a repository was begun anew, everything arrives and everything leaves."""
    stranger = fake.history.commit("stranger")
    found = await changes.compare(REPOSITORY, sha("tip"), stranger)
    assert found.relation is Relation.UNRELATED
    assert [change.revision for change in found.arriving] == [stranger]
    assert len(found.leaving) == 3
    assert found.files_cut
    assert not await changes.contains(REPOSITORY, sha("tip"), stranger)


async def test_the_first_deployment_brings_everything(changes: Changes) -> None:
    """Failure case 43: there is no base."""
    found = await changes.compare(REPOSITORY, "", sha("tip"))
    assert (found.relation, found.total, found.leaving) == (Relation.AHEAD, 3, ())


async def test_a_merged_pull_request_is_what_it_was_merged_as(fake: FakeGitHub, changes: Changes) -> None:
    """Its branch was squashed, so that its own head is nowhere in main; by its address it is the same."""
    for ref in ("#7", "https://github.com/acme/web/pull/7", "pull/7"):
        found = await changes.resolve(REPOSITORY, ref)
        assert (found.revision, found.merged) == (sha("middle"), True), ref
    with pytest.raises(IntegrationError, match="a pull request of acme/other"):
        await changes.resolve(REPOSITORY, "https://github.com/acme/other/pull/7")


async def test_where_a_pull_request_is_not(fake: FakeGitHub, changes: Changes) -> None:
    """Open, or merged into another branch: it says which."""
    fake.history.pulls[8] = FakePull(number=8, head=sha("x"), base="release", merge=sha("middle"))
    for number, why in ((3, "not merged"), (8, "merged into release")):
        with pytest.raises(IntegrationError, match=why) as raised:
            await changes.landed(REPOSITORY, number)
        assert raised.value.kind is Kind.NOT_FOUND


async def test_a_branch_and_a_tag_of_one_name(fake: FakeGitHub, changes: Changes) -> None:
    """Where they differ a person has to say which; said in full, it is clear."""
    fake.history.branches["v1.0"] = sha("tip")
    with pytest.raises(IntegrationError, match="may mean 2 things"):
        await changes.resolve(REPOSITORY, "v1.0")
    assert (await changes.resolve(REPOSITORY, "refs/tags/v1.0")).revision == sha("old")
    assert (await changes.resolve(REPOSITORY, "refs/heads/v1.0")).revision == sha("tip")
    fake.history.tags["v1.0"] = sha("tip")
    assert (await changes.resolve(REPOSITORY, "v1.0")).revision == sha("tip")


@pytest.mark.parametrize(
    "name", ["acme", "acme/", "/web", "acme/web/x", "acme/..", "acme/.", "-a/b", "acme/w b", "a%2Fb/c"]
)
async def test_names_that_no_repository_has(changes: Changes, name: str) -> None:
    """None of them becomes an address."""
    with pytest.raises(IntegrationError, match="no repository on GitHub") as raised:
        await changes.resolve(name, "main")
    assert (raised.value.kind, raised.value.effect) == (Kind.INVALID, Effect.NONE)


async def test_a_short_revision_is_not_compared(changes: Changes) -> None:
    """Only the whole hash says which commit it is."""
    with pytest.raises(IntegrationError, match="not a full revision"):
        await changes.compare(REPOSITORY, sha("old")[:10], sha("tip"))


async def test_suggestions_are_newest_first(fake: FakeGitHub, changes: Changes) -> None:
    """By when their commit was made."""
    assert await changes.suggest(REPOSITORY, "") == ("Topic/side", "main", "v1.0")
    fake.faults += [Fault(kind=FaultKind.INSTEAD, status=200, body='{"data": null, "errors": [{"message": "no"}]}')]
    with pytest.raises(IntegrationError):
        await changes.suggest(REPOSITORY, "")


async def test_text_of_others_is_text(fake: FakeGitHub, changes: Changes) -> None:
    """Failure case 40: colours and direction marks in a title do not reach people as such; `<!channel>` is escaped by whoever shows it."""
    fake.history.branches["odd"] = fake.history.commit("odd", message="\x1b[31mred\u202e <!channel>\nbody")
    assert (await changes.resolve(REPOSITORY, "odd")).title == "red <!channel>"


async def test_who_wrote_it_by_their_accounts(fake: FakeGitHub, changes: Changes) -> None:
    """Threat T8: commits claim what they like; whose account a commit is, and who opened its pull request, is what counts."""
    first = fake.history.commit("first", fake.history.branches["main"], login="linus-t")
    second = fake.history.commit("second", first, login="ada-l")
    third = fake.history.commit("third", second, login=None)
    tip = fake.history.commit("program", third, login="dependabot[bot]")
    fake.history.pulls |= {
        30: FakePull(number=30, head=first, merge=first, login="eve"),
        31: FakePull(number=31, head=third, merge=third, login="eve"),
        32: FakePull(number=32, head=tip, merge=tip, login="dependabot[bot]"),
    }
    found = await changes.compare(REPOSITORY, fake.history.branches["main"], tip)
    assert found.forge
    assert [change.accounts for change in found.arriving] == [
        ("dependabot[bot]",), (), ("ada-l",), ("linus-t", "eve"),
    ]  # fmt: skip
    people = [Known(user=user, marks=marks_of(user, github=login)) for user, login in PEOPLE.items()]
    assert authors_of(found, people).users == {"U02ADA", "U02LINUS", "U02EVE"}
    assert not authors_of(found, people).proven, "one commit belongs to nobody"


async def test_who_wrote_it_is_not_known_without_pull_requests(fake: FakeGitHub, changes: Changes) -> None:
    """Where GitHub does not say who opened them, nobody is known to have written it: the plan is refused, not guessed at."""
    tip = fake.history.commit("first", fake.history.branches["main"], login="ada-l")
    fake.faults.append(Fault(kind=FaultKind.INSTEAD, status=500, path="/graphql", times=9))
    found = await changes.compare(REPOSITORY, fake.history.branches["main"], tip)
    assert [change.accounts for change in found.arriving] == [()]
    assert not authors_of(found, ()).proven
