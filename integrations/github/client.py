"""Asks GitHub: one place for the token, the version, conditional reads, pages, retries, and what an answer proves."""

import json
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from bot.domain.operations import Effect
from bot.domain.terms import SECOND, Millis
from bot.errors import IntegrationError, Kind
from bot.ports import Clock, Random
from integrations._http import Answer, Call, Http, Unanswered
from integrations.github import failures

VERSION = "2022-11-28"
LONGEST = 16 * 1024 * 1024  # bytes of an answer
TRIES = 3  # of a read
PAGE = 100  # things on a page
REDIRECTS = 2
_KEPT, _KEPT_LONGEST = 256, 512 * 1024  # conditional answers: how many, and characters of one
_BACKOFF: Millis = SECOND // 2
_NEXT = re.compile(r'<([^<>]+)>;\s*rel="next"')
Query = Mapping[str, str | int]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A success: its status, what its body says (None where it has none), and where the next page is."""

    status: int
    content: Any
    headers: Mapping[str, str] = field(repr=False)
    following: str = ""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """What stands on several pages; `cut` where there were more than were read, or GitHub said that it did not look everywhere."""

    things: tuple[Any, ...]
    cut: bool


@dataclass(frozen=True, kw_only=True)
class GitHub:
    """The API of one GitHub, as its token sees it. All methods raise IntegrationError; a read's effect is NONE."""

    base: str
    token: str = field(repr=False)
    http: Http = field(repr=False)
    clock: Clock = field(repr=False)
    random: Random = field(repr=False)
    deadline: Millis
    secrets: tuple[str, ...] = field(default=(), repr=False)
    kept: "OrderedDict[str, tuple[str, Answer]]" = field(default_factory=OrderedDict, repr=False, compare=False)

    async def get(self, path: str, query: Query | None = None, *, what: str) -> Reply:
        """One thing, conditionally where it was read before; tried again where GitHub could not be reached or was not well."""
        return self._reply(await self._read(self._url(path, query), what), what, write=False)

    async def pages(
        self, path: str, query: Query | None = None, *, within: str = "", most: int = 10, what: str
    ) -> Listed:
        """All things of a list, at most `most` pages; `within` is the key that holds them, where the answer is an object."""
        found: list[Any] = []
        url, cut = self._url(path, {"per_page": PAGE, **(query or {})}), False
        for _ in range(most):
            reply = self._reply(await self._read(url, what), what, write=False)
            things = _things(reply.content, within, what)
            cut = cut or (isinstance(reply.content, dict) and reply.content.get("incomplete_results") is True)
            found += things
            if not reply.following:
                return Listed(things=tuple(found), cut=cut)
            url = self._own(reply.following, what)
        return Listed(things=tuple(found), cut=True)

    async def write(self, method: str, path: str, content: object = None, *, what: str) -> Reply:
        """One write, sent once: its error's effect is NONE only where nothing was sent, or GitHub refused."""
        answer = await self._send(_call(self._url(path), method, content), what, write=True)
        if not 200 <= answer.status < 300:
            raise failures.refused(answer, what, write=True, now=self.clock.now(), secrets=self.secrets)
        return self._reply(answer, what, write=True)

    async def graphql(self, query: str, variables: Mapping[str, object], *, what: str) -> Mapping[str, Any]:
        """The `data` of a GraphQL query, which only reads; raises also where GitHub answers with errors alone."""
        call = _call(self._graphql, "POST", {"query": query, "variables": dict(variables)})
        answer = await self._send(call, what, write=False)
        if answer.status != 200:
            raise failures.refused(answer, what, write=False, now=self.clock.now(), secrets=self.secrets)
        content = self._reply(answer, what, write=False).content
        found = content.get("data") if isinstance(content, dict) else None
        if not isinstance(found, dict):
            raise failures.unreadable(what, write=False)
        return found

    async def end_of(self, path: str, *, longest: int, most: int, what: str) -> Answer:
        """The end of what GitHub redirects to: asked there without the token, for it may be anybody's machine."""
        answer = await self._send(Call(url=self._url(path)), what, write=False)
        where = answer.headers.get("location", "")
        if answer.status not in {301, 302, 303, 307, 308} or not where:
            raise failures.refused(answer, what, write=False, now=self.clock.now(), secrets=self.secrets)
        url = urljoin(self._url(path), where)
        if urlsplit(url).scheme != "https" and urlsplit(self.base).scheme == "https":
            raise failures.unreadable(what, write=False)
        try:
            return await self.http.ask(Call(url=url, longest=longest, most=most), deadline=self.deadline)
        except Unanswered as error:
            raise failures.lost(error, what, write=False) from None

    @property
    def _graphql(self) -> str:
        """Beside the REST API: …/graphql, on an Enterprise Server …/api/graphql."""
        return f"{self.base.removesuffix('/v3')}/graphql"

    def _url(self, path: str, query: Query | None = None) -> str:
        return f"{self.base}{quote(path, safe='/.~:@!$&()*+,;=')}" + (f"?{urlencode(query)}" if query else "")

    def _own(self, url: str, what: str) -> str:
        """An address that GitHub names, where it is GitHub's own: nobody else ever gets the token."""
        found, own = urlsplit(url), urlsplit(self.base)
        if (found.scheme, found.netloc) != (own.scheme, own.netloc):
            raise failures.unreadable(what, write=False)
        return url

    async def _read(self, url: str, what: str) -> Answer:
        for tried in range(1, TRIES + 1):
            try:
                return await self._conditionally(url, what)
            except IntegrationError as error:
                if error.kind is not Kind.UNAVAILABLE or tried == TRIES:
                    raise
            await self.clock.sleep(int(self.random.fraction() * _BACKOFF * 2**tried))
        raise AssertionError("the last try returns or raises")

    async def _conditionally(self, url: str, what: str) -> Answer:
        tag, before = self.kept.get(url, ("", None))
        answer = await self._followed(url, {"If-None-Match": tag} if tag else {}, what)
        if answer.status == 304 and before is not None:
            self.kept.move_to_end(url)
            return before
        if not 200 <= answer.status < 300:
            raise failures.refused(answer, what, write=False, now=self.clock.now(), secrets=self.secrets)
        self._keep(url, answer)
        return answer

    async def _followed(self, url: str, headers: Mapping[str, str], what: str) -> Answer:
        """A read follows where a repository was renamed, but only within the same GitHub."""
        for _ in range(REDIRECTS + 1):
            answer = await self._send(Call(url=url, headers=headers), what, write=False)
            if answer.status not in {301, 302, 307, 308} or not answer.headers.get("location"):
                break
            url = self._own(urljoin(url, answer.headers["location"]), what)
        return answer

    def _keep(self, url: str, answer: Answer) -> None:
        tag = answer.headers.get("etag", "")
        if not tag or answer.cut or len(answer.body) > _KEPT_LONGEST:
            self.kept.pop(url, None)
            return
        self.kept[url] = (tag, answer)
        self.kept.move_to_end(url)
        while len(self.kept) > _KEPT:
            self.kept.popitem(last=False)

    async def _send(self, call: Call, what: str, *, write: bool) -> Answer:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": VERSION,
            **call.headers,
        }
        try:
            return await self.http.ask(replace(call, headers=headers, longest=LONGEST), deadline=self.deadline)
        except Unanswered as error:
            raise failures.lost(error, what, write=write) from None

    def _reply(self, answer: Answer, what: str, *, write: bool) -> Reply:
        if answer.cut:
            raise failures.unreadable(what, write=write)
        try:
            content = json.loads(answer.body) if answer.body.strip() else None
        except (ValueError, RecursionError):
            raise failures.unreadable(what, write=write) from None
        following = _NEXT.search(answer.headers.get("link", ""))
        return Reply(
            status=answer.status,
            content=content,
            headers=answer.headers,
            following=following[1] if following else "",
        )


def _things(content: Any, within: str, what: str) -> list[Any]:
    found = content.get(within) if within and isinstance(content, dict) else content
    if not isinstance(found, list):
        raise failures.unreadable(what, write=False)
    return found


# ---- what is in an answer: anything may be missing, null, or of another kind --------------------------------------------


def text(thing: Any, *keys: str) -> str:
    """The text at the end of the way, or empty."""
    for key in keys:
        thing = thing.get(key) if isinstance(thing, dict) else None
    return thing if isinstance(thing, str) else ""


def number(thing: Any) -> int:
    """A whole number that is not negative, also where it was sent as text; else 0."""
    if isinstance(thing, str) and thing.isascii() and thing.isdecimal() and len(thing) < 20:
        return int(thing)
    return thing if isinstance(thing, int) and not isinstance(thing, bool) and 0 <= thing < 2**63 else 0


def objects(thing: Any) -> tuple[dict[str, Any], ...]:
    """The objects of a list; whatever else stands in it is passed over."""
    return tuple(each for each in thing if isinstance(each, dict)) if isinstance(thing, list | tuple) else ()


def of_the_run(error: IntegrationError) -> IntegrationError:
    """The same error said of a run: that it could not be read proves nothing about what it did."""
    return IntegrationError(
        str(error), kind=error.kind, effect=Effect.UNKNOWN, hint=error.hint, retry_after=error.retry_after
    )


def _call(url: str, method: str, content: object) -> Call:
    if content is None:
        return Call(url=url, method=method)
    return Call(url=url, method=method, headers={"Content-Type": "application/json"}, body=json.dumps(content).encode())
