"""Where a private answer may go: the hosts that Slack hands out, and no other."""

from urllib.parse import SplitResult, urlsplit

_SLACKS = ("slack.com", "slack-gov.com")
_PORTS = {"https": 443, "http": 80}


def answerable(url: str, base_url: str) -> bool:
    """True where `url` is at hooks.slack.com by https, or, with another `base_url`, at that very origin."""
    try:
        target, base = urlsplit(url), urlsplit(base_url)
        origins = _origin(target), _allowed(base)
    except ValueError:  # a port that is no number, a broken IPv6 host
        return False
    plain = not (target.username or target.password or target.fragment or "\\" in url) and url.isascii()
    return plain and origins[0] == origins[1] and not any(char.isspace() or char < " " for char in url)


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)


def _allowed(base: SplitResult) -> tuple[str, str, int]:
    host = base.hostname or ""
    for slack in _SLACKS:
        if host == slack or host.endswith(f".{slack}"):
            return "https", f"hooks.{slack}", _PORTS["https"]
    return _origin(base)
