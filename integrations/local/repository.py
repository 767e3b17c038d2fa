"""Reads a git repository: what a typed ref names, and which refs there are."""

from dataclasses import dataclass

from bot.domain.changes import ChangeSet, RefKind, Resolution
from bot.domain.terms import SECOND
from integrations._refs import COMMIT, PULL_REQUEST, nothing_named, refuse_impossible, several_named
from integrations._text import readable
from integrations.local.comparing import Range, compared, contained, landing
from integrations.local.git import Git

_SUGGESTIONS = 100


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What a name turned out to be: its kind, its full name and the commit behind it."""

    kind: RefKind
    name: str
    commit: str


@dataclass(frozen=True, kw_only=True)
class LocalChanges:
    """The Changes port over repositories on this machine."""

    git: Git

    async def resolve(self, repository: str, ref: str) -> Resolution:
        """Branch, tag, full or short commit, or pull request (`#12`); an empty ref is the default branch (HEAD).

        Raises IntegrationError: NOT_FOUND, or INVALID for what no ref can be and for what may mean several commits.
        """
        wanted = ref.strip()
        if wanted in {"", "HEAD"}:
            return await self._default(repository)
        if number := PULL_REQUEST.fullmatch(wanted):
            return await self._pull_request(repository, int(number.group(1)))
        refuse_impossible(wanted)
        found = await self._named(repository, wanted) or await self._commit(repository, wanted)
        if found is None:
            raise nothing_named(
                wanted, "Look at `git branch -a` and `git tag` there; was it pushed to this repository?"
            )
        return await self._resolution(repository, wanted, found)

    async def compare(
        self, repository: str, base: str, head: str, *, paths: tuple[str, ...] = (), irreversible: tuple[str, ...] = ()
    ) -> ChangeSet:
        """The range between two full revisions; an empty base means that nothing was there before."""
        span = Range(repository=repository, base=base, head=head, paths=paths)
        return await compared(self.git, span, irreversible)

    async def landed(self, repository: str, number: int) -> str:
        """The commit of the default branch whose title or merge names that pull request."""
        return await landing(self.git, repository, number)

    async def contains(self, repository: str, revision: str, part: str) -> bool:
        """Whether one full revision lies in the history of another."""
        return await contained(self.git, repository, revision, part)

    async def suggest(self, repository: str, prefix: str) -> tuple[str, ...]:
        """Up to 100 branches and tags that start so (in any case), newest first."""
        listed = await self.git.text(
            repository,
            "for-each-ref",
            "--sort=-creatordate",
            "--format=%(refname)",
            "refs/heads",
            "refs/tags",
            "refs/remotes",
        )
        names = dict.fromkeys(_short_name(name) for name in listed.splitlines() if not name.endswith("/HEAD"))
        wanted = prefix.strip().lower()
        return tuple(name for name in names if name.lower().startswith(wanted))[:_SUGGESTIONS]

    async def _default(self, repository: str) -> Resolution:
        named = await self.git.ask(repository, "symbolic-ref", "--quiet", "--short", "HEAD")
        branch = named.output.decode(errors="replace").strip() if named.code == 0 else "HEAD"
        commit = await self._peeled(repository, "HEAD")
        if commit is None:
            raise nothing_named(branch, "The default branch has no commit yet.")
        return await self._resolution(repository, branch, _Found(kind=RefKind.BRANCH, name=branch, commit=commit))

    async def _pull_request(self, repository: str, number: int) -> Resolution:
        commit = await self._peeled(repository, f"refs/pull/{number}/head")
        if commit is None:
            hint = f"This repository has no refs/pull/{number}/head; name the branch instead."
            raise nothing_named(f"#{number}", hint)
        name = f"#{number}"
        return await self._resolution(repository, name, _Found(kind=RefKind.PULL_REQUEST, name=name, commit=commit))

    async def _named(self, repository: str, name: str) -> _Found | None:
        """The branch or tag of that name. Where both exist and differ, the person has to say which."""
        places = [("", name)] if name.startswith("refs/") else [("refs/heads/", name), ("refs/tags/", name)]
        places += [("refs/remotes/", name), ("refs/remotes/origin/", name), ("refs/", name)]
        full = [prefix + rest for prefix, rest in places]
        listed = await self.git.text(repository, "for-each-ref", "--format=%(refname)", *full)
        there = [ref for ref in full if ref in listed.splitlines()]
        found = [
            _Found(kind=_kind(ref), name=ref, commit=commit)
            for ref in there
            if (commit := await self._peeled(repository, ref))
        ]
        local = [ref for ref in found if ref.name.startswith(("refs/heads/", "refs/tags/"))]
        if len({ref.commit for ref in local}) > 1:
            raise several_named(name, [ref.name for ref in local])
        return found[0] if found else None

    async def _commit(self, repository: str, wanted: str) -> _Found | None:
        if not COMMIT.fullmatch(wanted):
            return None
        prefix = wanted.lower()
        listed = await self.git.ask(repository, "rev-parse", f"--disambiguate={prefix}")
        objects = listed.output.decode(errors="replace").split()
        kinds = await self.git.text(repository, "cat-file", "--batch-check", question="\n".join(objects).encode())
        commits = [line.split()[0] for line in kinds.splitlines() if line.split()[1:2] == ["commit"]]
        if len(commits) > 1:
            raise several_named(wanted, [commit[:12] for commit in commits])
        return _Found(kind=RefKind.COMMIT, name=commits[0], commit=commits[0]) if commits else None

    async def _peeled(self, repository: str, name: str) -> str | None:
        answer = await self.git.ask(
            repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
        )
        return answer.output.decode().strip() if answer.code == 0 else None

    async def _resolution(self, repository: str, ref: str, found: _Found) -> Resolution:
        told = await self.git.text(
            repository, "log", "-1", "--no-show-signature", "--format=%ct %s", found.commit, "--"
        )
        seconds, _, title = told.partition(" ")
        inside = await self.git.ask(repository, "merge-base", "--is-ancestor", found.commit, "HEAD")
        if inside.code not in {0, 1, 128}:
            raise self.git.failed("merge-base", inside)
        return Resolution(
            ref=ref,
            revision=found.commit,
            kind=found.kind,
            merged=inside.code == 0,
            title=readable(title),
            committed_at=int(seconds) * SECOND,
        )


def _kind(ref: str) -> RefKind:
    if ref.startswith("refs/pull/"):
        return RefKind.PULL_REQUEST
    return RefKind.TAG if ref.startswith("refs/tags/") else RefKind.BRANCH


def _short_name(ref: str) -> str:
    for prefix in ("refs/heads/", "refs/tags/", "refs/remotes/origin/", "refs/remotes/"):
        if ref.startswith(prefix):
            return ref.removeprefix(prefix)
    return ref
