"""Commits as GitHub tells them, and the pull requests that brought them: a hundred to a question."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.changes import Change
from bot.domain.titles import headline, telling
from bot.errors import IntegrationError
from integrations._text import readable
from integrations.github.client import GitHub, number, objects, text
from integrations.github.repositories import FULL, instant

ASKED = 300  # commits whose pull requests are asked for
_AT_ONCE = 100
_PULLS = """
query($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on Commit {
      oid
      associatedPullRequests(first: 5) {
        nodes { number merged author { __typename login } labels(first: 10) { nodes { name } } }
      }
    }
  }
}
"""


@dataclass(frozen=True, kw_only=True)
class Commit:
    """A commit with what nobody keeps of it: its parents, and GitHub's own id."""

    change: Change
    parents: tuple[str, ...]
    id: str

    @property
    def committed(self) -> bool:
        """Whether GitHub said when."""
        return self.change.committed_at > 0

    def brought_by(self, merge: str) -> "Commit":
        """The same with the merge that brought it."""
        return replace(self, change=replace(self.change, via=merge)) if merge else self


def commits_of(things: Iterable[Any]) -> tuple[Commit, ...]:
    """The commits in a list, each once; pages may overlap."""
    found = {text(thing, "sha"): thing for thing in things if isinstance(thing, dict)}
    return tuple(_commit(thing) for revision, thing in found.items() if FULL.fullmatch(revision))


async def with_pulls(github: GitHub, commits: tuple[Commit, ...]) -> tuple[Commit, ...]:
    """The same with the numbers, labels and authors of their pull requests.

    Where GitHub does not say, the titles have to do, and nobody is known to have written it: who opened a pull request is unknown then.
    """
    ids = [each.id for each in commits[:ASKED] if each.id]
    parts = [ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE)]
    found: dict[str, Mapping[str, Any]] = {}  # by commit; nothing in it: it came without a pull request
    for answer in await asyncio.gather(*(_pulls(github, part) for part in parts)):
        found |= answer
    return tuple(_with_pull(each, found.get(each.change.revision)) for each in commits)


async def _pulls(github: GitHub, ids: list[str]) -> Mapping[str, Mapping[str, Any]]:
    try:
        answer = await github.graphql(_PULLS, {"ids": ids}, what="the pull requests")
    except IntegrationError:
        return {}
    found = {}
    for node in objects(answer.get("nodes")):
        several = node.get("associatedPullRequests")
        pulls = objects(several.get("nodes") if isinstance(several, dict) else None)
        first = pulls[0] if pulls else {}
        found[text(node, "oid")] = next((pull for pull in pulls if pull.get("merged") is True), first)
    return found


def _with_pull(commit: Commit, pull: Mapping[str, Any] | None) -> Commit:
    """What its own title says goes first: that is what people wrote."""
    if pull is None:
        return replace(commit, change=replace(commit.change, accounts=()))
    labels = pull.get("labels")
    names = [text(label, "name") for label in objects(labels.get("nodes") if isinstance(labels, dict) else None)]
    kept = tuple(readable(name, cap=50) for name in names if name)
    change = commit.change
    opened = _account(pull.get("author"))
    # Where nobody knows whose the commit is, whoever opened the pull request does not answer for them.
    accounts = tuple(dict.fromkeys((*change.accounts, opened))) if change.accounts and opened else change.accounts
    found = replace(change, number=change.number or number(pull.get("number")), labels=kept, accounts=accounts)
    return replace(commit, change=found)


def _account(author: Any) -> str:
    """Whose it is, programs marked as the REST API does it; empty where the account is gone."""
    login = text(author, "login") if isinstance(author, dict) else ""
    return f"{login}[bot]" if login and text(author, "__typename") == "Bot" else login


def _commit(thing: Mapping[str, Any]) -> Commit:
    title, _, body = text(thing, "commit", "message").partition("\n")
    found = headline(title, body.strip("\n"))
    login = text(thing, "author", "login")
    change = Change(
        revision=text(thing, "sha"),
        title=found.title,
        author=login or text(thing, "commit", "author", "name") or "ghost",
        number=found.number,
        body=telling(found.body),
        committed_at=instant(text(thing, "commit", "committer", "date")),
        url=text(thing, "html_url"),
        email=text(thing, "commit", "author", "email"),
        authored_at=instant(text(thing, "commit", "author", "date")),
        accounts=(login,) if login else (),
    )
    parents = tuple(text(each, "sha") for each in objects(thing.get("parents")))
    return Commit(change=change, parents=parents, id=text(thing, "node_id"))
