"""What may name a revision: branches, tags, commits, pull requests, and links to them."""

import re
import unicodedata
from dataclasses import dataclass

from bot.commanding.normalise import key
from bot.commanding.unclear import Unclear

LONGEST = 200
_REFUSED = frozenset("~^?*[]\\$`<>|\"';,")
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})
_NUMBER = re.compile(r"[#!]([0-9]{1,9})")
_CROSS = re.compile(r"([\w.-]{1,100}/[\w.-]{1,100})[#!]([0-9]{1,9})", re.ASCII)
_KINDS = {
    "pull": "pull",
    "pulls": "pull",
    "pull-requests": "pull",
    "merge_requests": "pull",
    "commit": "commit",
    "tree": "tree",
    "tag": "tag",
}
_SHAPED = re.compile(
    r"[#!][0-9]+|v?[0-9]+(\.[0-9]+)+.*|[0-9a-f]{7,64}|sha256:[0-9a-f]+|.*/.*|main|master|trunk|develop|head|latest",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Ref:
    """What is to be deployed; `repository` is `owner/name` where a link named it."""

    text: str
    repository: str = ""


def read_ref(word: str) -> Ref:
    """The ref in a word or link. Raises Unclear for what no repository could contain."""
    if number := _NUMBER.fullmatch(word):
        return Ref(text=f"#{int(number.group(1))}")
    if cross := _CROSS.fullmatch(word):
        return Ref(text=f"#{int(cross.group(2))}", repository=cross.group(1).lower())
    if (link := _link(word)) is not None:
        return _linked(link)
    if "://" in word:
        raise Unclear(
            "That link names nothing that can be deployed.",
            hint="A link to a pull request, commit, branch or tag would.",
        )
    return Ref(text=checked(word))


@dataclass(frozen=True, kw_only=True)
class _Link:
    """A link to something in a repository, taken apart."""

    repository: str
    kind: str
    rest: tuple[str, ...]


def _link(word: str) -> _Link | None:
    """None for what is no link to a pull request, commit, branch or tag."""
    address = word.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0].rstrip("/")
    scheme, found, after = address.partition("://")
    if found and key(scheme) not in {"http", "https"}:
        return None
    host, *parts = (after if found else address).split("/")
    at = next((at for at, part in enumerate(parts) if at >= 2 and part in _KINDS), 0)
    if not at or not (found or "." in host):
        return None
    owner = [part for part in parts[:at] if part not in {"-", "releases"}]
    return _Link(repository="/".join(owner).lower(), kind=_KINDS[parts[at]], rest=tuple(parts[at + 1 :]))


def _linked(link: _Link) -> Ref:
    first = link.rest[0] if link.rest else ""
    if link.kind in {"tree", "tag"}:
        return Ref(text=checked("/".join(link.rest)), repository=link.repository)
    if link.kind == "commit" or link.rest[1:2] == ("commits",):
        return Ref(text=checked(link.rest[-1] if link.rest else ""), repository=link.repository)
    if not (first.isascii() and first.isdigit() and len(first) < 10):
        raise Unclear("That link names no pull request.", hint="Its address ends in a number, such as /pull/412.")
    return Ref(text=f"#{int(first)}", repository=link.repository)


def checked(ref: str) -> str:
    """The ref as it is. Raises Unclear where it cannot be one."""
    if not ref:
        raise Unclear("After @ there is nothing.", hint="For example: `deploy web@v1.4 staging`")
    if len(ref) > LONGEST:
        raise Unclear(f"That revision is longer than {LONGEST} characters.", hint="Name a branch, tag or commit.")
    if ref.startswith("-"):
        raise Unclear("A revision never begins with a dash.", hint="Name a branch, tag, commit or #412.")
    odd = [each for each in ref if each in _REFUSED or unicodedata.category(each) in _REFUSED_CATEGORIES]
    if odd or ".." in ref or "@{" in ref or ref.endswith((".lock", "/")):
        raise Unclear("That cannot be the name of a revision.", hint="Name a branch, tag, commit or #412.")
    return ref


def looks_like_ref(word: str) -> bool:
    """Whether a word is shaped like a revision rather than a service's name."""
    return _SHAPED.fullmatch(word) is not None


def is_link(word: str) -> bool:
    """Whether a word is a link or names a repository's pull request."""
    return "://" in word or _CROSS.fullmatch(word) is not None or _link(word) is not None


def same_repository(linked: str, configured: str, names: tuple[str, ...]) -> bool:
    """Whether a link's `owner/name` is the configured repository; where that is a path or nothing, only its name can be compared."""
    ours = re.sub(r"^\w+://[^/]+/|^[\w.-]+@[^:/]+:", "", configured.lower()).removesuffix("/").removesuffix(".git")
    name = linked.rsplit("/", 1)[-1]
    if not ours:
        return name in names
    if ours.startswith(("/", ".", "~")) or "/" not in ours:
        return ours.rsplit("/", 1)[-1] == name
    return ours == linked
