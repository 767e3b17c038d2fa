"""Repositories by their names, and what is asked of each of them all the time."""

import re
from dataclasses import dataclass
from datetime import datetime

from bot.domain.terms import SECOND, Millis
from bot.errors import IntegrationError, Kind
from integrations._text import readable
from integrations.github.client import GitHub, text
from integrations.github.failures import invalid, not_found, unreadable

FULL = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?/[A-Za-z0-9._-]+")


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A repository that is there: its own name now, and its default branch."""

    name: str
    branch: str


def path_of(repository: str) -> str:
    """The beginning of every address in a repository; raises IntegrationError (INVALID) for what is no `owner/name`."""
    if not _NAME.fullmatch(repository) or repository.rpartition("/")[2] in {".", ".."}:
        sentence = f"`{readable(repository, cap=60)}` is no repository on GitHub"
        raise invalid(sentence, "Write it as owner/name: acme/web.")
    return f"/repos/{repository}"


async def repository_of(github: GitHub, repository: str) -> Repository:
    """What GitHub says of it; raises IntegrationError: NOT_FOUND where the token may not see it either."""
    what = f"repository {repository}"
    try:
        reply = await github.get(path_of(repository), what=what)
    except IntegrationError as error:
        if error.kind is not Kind.NOT_FOUND:
            raise
        sentence = f"there is no repository {repository}, or the token may not see it"
        raise not_found(sentence, "Check the service's `repository`, and the repositories of the token.") from None
    branch = text(reply.content, "default_branch")
    if not branch:
        raise unreadable(what, write=False)
    return Repository(name=text(reply.content, "full_name") or repository, branch=branch)


def instant(said: str) -> Millis:
    """`2026-11-24T09:04:00Z` in milliseconds; 0 for what is no instant."""
    try:
        return int(datetime.fromisoformat(said).timestamp() * SECOND)
    except (ValueError, OverflowError):
        return 0
