"""Reads a repository on GitHub: what a typed ref names, which refs there are, and where a pull request went."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.changes import ChangeSet, RefKind, Resolution
from bot.errors import IntegrationError, Kind
from integrations._refs import COMMIT, PULL_REQUEST, nothing_named, refuse_impossible, several_named
from integrations._text import readable
from integrations.github.client import GitHub, objects, text
from integrations.github.comparing import CONTAINED, Range, compared, status_of
from integrations.github.failures import invalid, not_found, unreadable
from integrations.github.repositories import FULL, Repository, instant, path_of, repository_of

SUGGESTIONS = 100
_PUSHED = "Look at the branches and tags on GitHub; was it pushed?"
_ADDRESS = re.compile(r"https?://[^/\s]+/([^/\s]+/[^/\s]+)/pull/.*")
_REFS = """
query($owner: String!, $name: String!, $typed: String!) {
  repository(owner: $owner, name: $name) {
    heads: refs(refPrefix: "refs/heads/", query: $typed, first: 100, orderBy: {field: TAG_COMMIT_DATE, direction: DESC}) { ...named }
    tags: refs(refPrefix: "refs/tags/", query: $typed, first: 100, orderBy: {field: TAG_COMMIT_DATE, direction: DESC}) { ...named }
  }
}
fragment named on RefConnection {
  nodes { name target { ... on Commit { committedDate } ... on Tag { target { ... on Commit { committedDate } } } } }
}
"""


@dataclass(frozen=True, kw_only=True)
class GitHubChanges:
    """The Changes port; a repository is named `owner/name`."""

    github: GitHub

    async def resolve(self, repository: str, ref: str) -> Resolution:
        """Branch, tag, full or short commit, or pull request (`#12`: its head, or what it was merged as); empty: the default branch.

        Raises IntegrationError: NOT_FOUND, or INVALID for what no ref can be and for what may mean several commits.
        """
        wanted = ref.strip()
        if PULL_REQUEST.fullmatch(wanted):
            return await self._pull_request(repository, wanted)
        refuse_impossible(wanted or "HEAD")
        home = await repository_of(self.github, repository)
        name = home.branch if wanted in {"", "HEAD"} else wanted
        kind, commit = await self._named(repository, name)
        return await self._resolution(repository, home, name, kind, commit)

    async def compare(
        self, repository: str, base: str, head: str, *, paths: tuple[str, ...] = (), irreversible: tuple[str, ...] = ()
    ) -> ChangeSet:
        """The range between two full revisions; an empty base means that nothing was there before."""
        span = Range(repository=repository, base=base, head=head, paths=paths)
        return await compared(self.github, span, irreversible)

    async def landed(self, repository: str, number: int) -> str:
        """The commit as which a pull request was merged into the default branch."""
        home, pull = await asyncio.gather(repository_of(self.github, repository), self._pull(repository, number))
        into = text(pull, "base", "ref")
        if pull.get("merged") is not True or into != home.branch or not text(pull, "merge_commit_sha"):
            why = f"it was merged into {readable(into, cap=60)}" if pull.get("merged") is True else "it is not merged"
            raise not_found(f"#{number} is not in {home.branch}: {why}", "Ask with a commit or a branch instead.")
        return text(pull, "merge_commit_sha")

    async def contains(self, repository: str, revision: str, part: str) -> bool:
        """Whether one full revision lies in the history of another."""
        return await status_of(self.github, repository, revision, part) in CONTAINED

    async def suggest(self, repository: str, prefix: str) -> tuple[str, ...]:
        """Up to 100 branches and tags that start so (in any case), newest first."""
        path_of(repository)
        typed = prefix.strip()
        owner, _, name = repository.partition("/")
        variables = {"owner": owner, "name": name, "typed": typed}
        found = await self.github.graphql(_REFS, variables, what=f"the branches of {repository}")
        named: dict[str, str] = {}
        place = found.get("repository")
        for refs in (place.get("heads"), place.get("tags")) if isinstance(place, dict) else ():
            for each in objects(refs.get("nodes") if isinstance(refs, dict) else None):
                named.setdefault(text(each, "name"), _date(each))
        names = [name for name in named if name and name.lower().startswith(typed.lower())]
        return tuple(sorted(names, key=lambda name: named[name], reverse=True))[:SUGGESTIONS]

    async def _pull_request(self, repository: str, wanted: str) -> Resolution:
        """What was merged is deployed as it was merged; what is open, as its branch stands now."""
        asked = PULL_REQUEST.fullmatch(wanted)
        assert asked is not None, "the caller looked"
        elsewhere = _ADDRESS.fullmatch(wanted)
        if elsewhere and elsewhere[1].lower() != repository.lower():
            sentence = f"that is a pull request of {readable(elsewhere[1], cap=60)}, not of {repository}"
            raise invalid(sentence, "Name one of this service's repository.")
        number = int(asked[1])
        home, pull = await asyncio.gather(repository_of(self.github, repository), self._pull(repository, number))
        merged = pull.get("merged") is True and text(pull, "merge_commit_sha")
        revision = merged or text(pull, "head", "sha")
        commit = await self._commit(repository, revision)
        if commit is None:
            raise nothing_named(f"#{number}", "Its branch may be gone; name a commit instead.")
        return await self._resolution(repository, home, f"#{number}", RefKind.PULL_REQUEST, commit)

    async def _pull(self, repository: str, number: int) -> Mapping[str, Any]:
        try:
            pull = (await self.github.get(f"{path_of(repository)}/pulls/{number}", what=f"#{number}")).content
        except IntegrationError as error:
            if error.kind is not Kind.NOT_FOUND:
                raise
            await repository_of(self.github, repository)
            raise nothing_named(f"#{number}", "Is it an issue, or in another repository?") from None
        if not isinstance(pull, dict):
            raise unreadable(f"#{number}", write=False)
        return pull

    async def _named(self, repository: str, name: str) -> tuple[RefKind, Mapping[str, Any]]:
        """The branch, tag or commit of that name. Where a branch and a tag differ, the person has to say which."""
        bare = name.removeprefix("refs/")
        if bare.startswith(("heads/", "tags/")) and bare != name:
            kind = RefKind.BRANCH if bare.startswith("heads/") else RefKind.TAG
            found = {kind: await self._commit(repository, bare)}
        else:
            branch, tag = await asyncio.gather(
                self._commit(repository, f"heads/{name}"), self._commit(repository, f"tags/{name}")
            )
            found = {RefKind.BRANCH: branch, RefKind.TAG: tag}
        there = {kind: commit for kind, commit in found.items() if commit is not None}
        if len({text(commit, "sha") for commit in there.values()}) > 1:
            raise several_named(name, [f"refs/heads/{name}", f"refs/tags/{name}"])
        if there:
            return next(iter(there.items()))
        commit = await self._commit(repository, name.lower()) if COMMIT.fullmatch(name) else None
        if commit is None or not text(commit, "sha").startswith(name.lower()):
            raise nothing_named(name, _PUSHED)
        return RefKind.COMMIT, commit

    async def _commit(self, repository: str, ref: str) -> Mapping[str, Any] | None:
        """What GitHub has under that ref; None where it has nothing. A hash that nobody has is 422 to it."""
        try:
            commit = (await self.github.get(f"{path_of(repository)}/commits/{ref}", what="a commit")).content
        except IntegrationError as error:
            if error.kind is Kind.NOT_FOUND or (error.kind is Kind.INVALID and "(422)" in str(error)):
                return None
            raise
        if not isinstance(commit, dict) or not FULL.fullmatch(text(commit, "sha")):
            raise unreadable("a commit", write=False)
        return commit

    async def _resolution(
        self, repository: str, home: Repository, ref: str, kind: RefKind, commit: Mapping[str, Any]
    ) -> Resolution:
        revision = text(commit, "sha")
        is_home = kind is RefKind.BRANCH and ref == home.branch
        merged = is_home or await status_of(self.github, repository, home.branch, revision) in CONTAINED
        return Resolution(
            ref=ref,
            revision=revision,
            kind=kind,
            merged=merged,
            title=readable(text(commit, "commit", "message").partition("\n")[0]),
            committed_at=instant(text(commit, "commit", "committer", "date")),
        )


def _date(ref: Mapping[str, Any]) -> str:
    """Of the commit that a branch or a tag leads to; these sort as text."""
    return text(ref, "target", "committedDate") or text(ref, "target", "target", "committedDate")
