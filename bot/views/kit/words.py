"""How numbers, durations, instants, people and links are written: one way each."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from urllib.parse import urlsplit

from bot.domain.terms import DAY, HOUR, MINUTE, SECOND, Identity, Millis, short
from bot.views.kit import limits
from bot.views.kit.cleaning import cap
from bot.views.kit.markup import Markup, bare, code, escape, inert

Names = Mapping[str, str]
"""Display names by user id. A card names people in plain words: a mention would ring."""
NO_NAMES: Names = MappingProxyType({})

_USER = re.compile(r"[UW][A-Z0-9]{1,30}")
_GROUP = re.compile(r"S[A-Z0-9]{1,30}")
_URL = re.compile(r"https?://[A-Za-z0-9._~:\[\]-]+(?:[/?#][A-Za-z0-9._~:/?#\[\]@!$&'()+,;=%-]*)?")


def number(value: int) -> str:
    """4,210."""
    return f"{value:,}"


def plural(count: int, one: str, many: str = "") -> str:
    """1 change, 6 changes."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def duration(millis: Millis) -> str:
    """48 s, 3 min, 2 h, 3 days: one unit, rounded."""
    millis = max(0, millis)
    for unit, name, upto in ((SECOND, "s", 100 * SECOND), (MINUTE, "min", 100 * MINUTE), (HOUR, "h", 2 * DAY)):
        rounded = (millis + unit // 2) // unit
        if rounded * unit < upto:
            return f"{max(1, rounded)} {name}"
    return plural((millis + DAY // 2) // DAY, "day")


def utc(at: Millis) -> str:
    """2026-11-24 14:06 UTC."""
    bounded = min(max(at, 0), 253_402_300_799_000)
    return datetime.fromtimestamp(bounded / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M UTC")


def when(at: Millis) -> Markup:
    """An instant in the reader's own zone; whoever cannot show that shows UTC. Nothing for 0."""
    if at <= 0:
        return Markup("")
    return Markup(f"<!date^{at // 1000}^{{date_short_pretty}} {{time}}|{utc(at)}>")


def exactly(at: Millis) -> Markup:
    """An instant of today to the second, in the reader's own zone."""
    return Markup(f"<!date^{at // 1000}^{{time_secs}}|{utc(at)}>")


def mention(user: str) -> Markup:
    """A person as Slack shows them; it rings. Anything that is not a user id is shown as text."""
    return Markup(f"<@{user}>") if _USER.fullmatch(user) else inert(user)


def mention_group(group: str) -> Markup:
    """A user group by its id; it rings everybody in it."""
    return Markup(f"<!subteam^{group}>") if _GROUP.fullmatch(group) else inert(group)


def name_of(who: Identity | str, names: Names) -> str:
    """The display name without an @, or the id where it is not known; untrusted."""
    user = who if isinstance(who, str) else who.user
    return bare(names.get(user, "") or user, 24)


def rev(revision: str) -> Markup:
    """Seven characters of a revision in fixed width."""
    return code(short(revision), 12)


def number_of(operation: int) -> Markup:
    """#1287."""
    return Markup(f"#{operation}")


def link(url: str, what: str) -> Markup:
    """A link whose words are ours and whose host can be seen; the words alone where the url is not plain http(s)."""
    host = _host(url)
    if not host:
        return inert(what)
    return Markup(f"<{escape(url)}|{inert(what, 60)} on {escape(host)}>")


def _host(url: str) -> str:
    if len(url) > limits.URL or not _URL.fullmatch(url):
        return ""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return "" if parts.username or not parts.hostname else cap(parts.hostname, 60) + port


def listed(names: list[str] | tuple[str, ...], most: int = 3) -> Markup:
    """Grace, Linus and 4 more."""
    shown = [inert(name, 40) for name in names[:most]]
    if len(names) > most:
        return Markup(f"{', '.join(shown)} and {number(len(names) - most)} more")
    return Markup(" and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]])))


def channel(identifier: str) -> Markup:
    """A channel by its id, as Slack shows it; anything else as text with a #."""
    if re.fullmatch(r"[CGD][A-Z0-9]{1,30}", identifier):
        return Markup(f"<#{identifier}>")
    return Markup("#" + inert(identifier.lstrip("#"), 80))


_KNOWN_MENTION = re.compile(r"<(?:@[UW][A-Z0-9]{1,30}|!subteam\^S[A-Z0-9]{1,30})>")


def known_mention(text: str) -> Markup:
    """A mention that the caller made (`<@U…>`, `<!subteam^S…>`); a bare id becomes one; anything else is shown as text."""
    if _KNOWN_MENTION.fullmatch(text):
        return Markup(text)
    return mention_group(text) if _GROUP.fullmatch(text) else mention(text)
