"""Commits, branches, tags and pull requests, as GitHub's API shows them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


def stamp(millis: int) -> str:
    """An instant as GitHub writes it."""
    return f"{datetime.fromtimestamp(millis / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def sha(word: str) -> str:
    """A hash made of a word."""
    return hashlib.sha1(word.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, kw_only=True)
class FakeCommit:
    """A commit; `at` is when, in milliseconds."""

    sha: str
    parents: tuple[str, ...]
    message: str
    files: tuple[str, ...]
    at: int
    login: str | None = "ada-l"

    def json(self) -> dict[str, Any]:
        """As the API lists it."""
        person = {"name": "Ada Lovelace", "email": "ada@acme.example", "date": stamp(self.at)}
        user = {"login": self.login, "id": 7, "type": "User"} if self.login else None
        return {
            "sha": self.sha,
            "node_id": f"C_{self.sha}",
            "url": f"https://api.github.example/commits/{self.sha}",
            "html_url": f"https://github.example/acme/web/commit/{self.sha}",
            "commit": {
                "message": self.message,
                "author": person,
                "committer": person,
                "tree": {"sha": sha(f"tree {self.sha}")},
                "comment_count": 0,
            },
            "author": user,
            "committer": user,
            "parents": [{"sha": each} for each in self.parents],
        }


@dataclass(frozen=True, kw_only=True)
class FakePull:
    """A pull request; `merge` is the commit as which it was merged, or empty."""

    number: int
    head: str
    base: str = "main"
    merge: str = ""
    labels: tuple[str, ...] = ()
    login: str | None = "grace-h"

    @property
    def author(self) -> dict[str, str] | None:
        """As GraphQL tells it: programs by a type, not by their name; nobody where the account is gone."""
        if self.login is None:
            return None
        return {
            "__typename": "Bot" if self.login.endswith("[bot]") else "User",
            "login": self.login.removesuffix("[bot]"),
        }

    def json(self) -> dict[str, Any]:
        """As the API shows it; before it is merged GitHub names a trial merge."""
        return {
            "number": self.number,
            "state": "closed" if self.merge else "open",
            "merged": bool(self.merge),
            "merge_commit_sha": self.merge or sha(f"trial {self.number}"),
            "base": {"ref": self.base},
            "head": {"sha": self.head, "ref": "topic"},
        }


@dataclass(kw_only=True)
class History:
    """What a repository has."""

    commits: dict[str, FakeCommit] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    pulls: dict[int, FakePull] = field(default_factory=dict)
    default: str = "main"

    def commit(
        self, name: str, *parents: str, message: str = "", files: Iterable[str] = (), login: str | None = "ada-l"
    ) -> str:
        """One more commit, a minute after the last."""
        made = FakeCommit(
            sha=sha(name),
            parents=parents,
            message=message or name.capitalize(),
            files=tuple(files),
            at=1_795_000_000_000 + 60_000 * len(self.commits),
            login=login,
        )
        self.commits[made.sha] = made
        return made.sha

    def before(self, tip: str) -> dict[str, FakeCommit]:
        """A commit and all before it, newest first."""
        found: dict[str, FakeCommit] = {}
        waiting = [tip]
        while waiting:
            each = waiting.pop()
            if each in self.commits and each not in found:
                found[each] = self.commits[each]
                waiting += self.commits[each].parents
        return dict(sorted(found.items(), key=lambda pair: pair[1].at, reverse=True))

    def named(self, ref: str) -> str | None:
        """What a ref of the commits API names: heads/…, tags/…, a branch, or a hash that is long enough."""
        kind, _, name = ref.partition("/")
        if kind == "heads" and name in self.branches:
            return self.branches[name]
        if kind == "tags" and name in self.tags:
            return self.tags[name]
        if ref in self.branches:
            return self.branches[ref]
        hits = [each for each in self.commits if len(ref) >= 4 and each.startswith(ref)]
        return hits[0] if len(hits) == 1 else None

    def compared(self, base: str, head: str) -> dict[str, Any] | None:
        """The comparison without pages; None where they have nothing in common."""
        older, newer = self.before(base), self.before(head)
        if not older.keys() & newer.keys():
            return None
        ahead = [each for each in newer.values() if each.sha not in older]
        behind = [each for each in older.values() if each.sha not in newer]
        status = "diverged" if ahead and behind else "ahead" if ahead else "behind" if behind else "identical"
        files = dict.fromkeys(file for each in ahead for file in each.files)
        return {
            "status": status,
            "ahead_by": len(ahead),
            "behind_by": len(behind),
            "total_commits": len(ahead),
            "commits": [each.json() for each in reversed(ahead)],
            "files": [{"filename": file, "status": "modified", "sha": sha(file)} for file in files],
        }


def known_history() -> History:
    """`main` has old → middle (#7) → tip; side left main at old; v1.0 is old; pull request 3 is side, and open."""
    history = History()
    old = history.commit("old", message="Begin", files=["README.md"])
    middle = history.commit("middle", old, message="Middle (#7)\n\nBREAKING CHANGE: all of it", files=["services/a.py"])
    tip = history.commit("tip", middle, message="Tip", files=["README.md"], login=None)
    side = history.commit("side", old, message="Side", files=["side.md"])
    history.branches |= {"main": tip, "Topic/side": side}
    history.tags["v1.0"] = old
    history.pulls |= {
        3: FakePull(number=3, head=side),
        7: FakePull(number=7, head=sha("gone"), merge=middle, labels=("bug",)),
    }
    return history
