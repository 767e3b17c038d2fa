"""The kinds of words a setting can hold: each is text or a number that knows how it may be written, and says so when it is not."""

import ipaddress
import re
from datetime import UTC, tzinfo
from typing import Annotated, Any, ClassVar, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from bot.domain.terms import DAY, HOUR, MINUTE, SECOND


def wrong(problem: str, hint: str) -> PydanticCustomError:
    """What a validator raises: what is wrong, and how to mend it. Neither may contain the value: it could be a secret."""
    return PydanticCustomError("quarterdeck", "{problem}", {"problem": problem, "hint": hint})


class Word(str):
    """Text with a form of its own; a subclass says which in `read`, and shows an `example`."""

    __slots__ = ()
    example: ClassVar[str] = ""
    form: ClassVar[str] = "text"

    @classmethod
    def read(cls, text: str) -> Self:
        """The canonical word; raises `wrong(…)`."""
        return cls(text.strip())

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls.read, core_schema.str_schema(strict=True))

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "examples": [cls.example]}


_UNITS = {"ms": 1, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_PARTS = re.compile(r"([0-9]{1,6})(ms|s|m|h|d|w)")


class Duration(int):
    """A length of time in milliseconds, written as `10m`, `1h30m`, `7d` (ms, s, m, h, d, w)."""

    example: ClassVar[str] = "10m"
    form: ClassVar[str] = "duration"

    @classmethod
    def read(cls, text: str) -> Self:
        """The duration that is written as `10m` or `1h30m`; raises `wrong(…)`."""
        compact = text.replace(" ", "").lower()
        if not re.fullmatch(f"(?:{_PARTS.pattern})+", compact):
            raise wrong("not a duration", "write a whole number and a unit (ms, s, m, h, d, w): 60s, 10m, 1h30m, 7d")
        return cls(sum(int(number) * _UNITS[unit] for number, unit in _PARTS.findall(compact)))

    def __str__(self) -> str:
        rest, words = int(self), []
        for unit in ("d", "h", "m", "s", "ms"):
            count, rest = divmod(rest, _UNITS[unit])
            words += [f"{count}{unit}"] if count else []
        return "".join(words) or "0s"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            cls._checked,
            core_schema.is_instance_schema(cls),
            serialization=core_schema.plain_serializer_function_ser_schema(str),
        )

    @classmethod
    def _checked(cls, value: object) -> Self:
        if isinstance(value, cls):
            return value
        if isinstance(value, str):
            return cls.read(value)
        raise wrong("a duration needs a unit", "write 60s, 10m, 4h or 7d")

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^({_PARTS.pattern})+$", "examples": [cls.example]}


class Within:
    """Bounds for a Duration field: `Annotated[Duration, Within("10s", "1d")]`."""

    def __init__(self, shortest: str, longest: str) -> None:
        self.shortest = Duration.read(shortest)
        self.longest = Duration.read(longest)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def _checked(self, value: Duration) -> Duration:
        if not self.shortest <= value <= self.longest:
            raise wrong(f"not between {self.shortest} and {self.longest}", f"write a duration from {self.shortest} on")
        return value


class Zone(Word):
    """An IANA time zone, such as Europe/Berlin."""

    __slots__ = ()
    example = "Europe/Berlin"
    form = "time zone"

    @classmethod
    def read(cls, text: str) -> Self:
        """A zone that this machine knows (UTC always is)."""
        zone = cls(text.strip())
        try:
            zone.tz  # noqa: B018 - looked up for its error
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise wrong(
                "this machine knows no such time zone",
                "write an IANA name such as Europe/Berlin; if it is one, install the tzdata package",
            ) from None
        return zone

    @property
    def tz(self) -> tzinfo:
        """For datetime arithmetic."""
        return UTC if self == "UTC" else ZoneInfo(self)


class Listen(Word):
    """An address to listen on: `127.0.0.1:8080`, `[::1]:8080`, `localhost:0`."""

    __slots__ = ()
    example = "127.0.0.1:8080"
    form = "host:port"

    @classmethod
    def read(cls, text: str) -> Self:
        """Host and port; port 0 takes any free one."""
        found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})", text.strip())
        if not found or int(found.group(2)) > 65_535 or not _is_host(found.group(1)):
            raise wrong(
                "not an address to listen on", "write host:port, such as 127.0.0.1:8080, [::1]:8080 or 0.0.0.0:8080"
            )
        return cls(text.strip())

    @property
    def host(self) -> str:
        """Without the brackets of IPv6."""
        return self.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """0 to 65535."""
        return int(self.rpartition(":")[2])


def _is_host(host: str) -> bool:
    if re.search(r"[A-Za-z]", host) and not host.startswith("["):
        return True
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


class Url(Word):
    """An http or https address."""

    __slots__ = ()
    example = "https://ops.acme.example"
    form = "URL"

    @classmethod
    def read(cls, text: str) -> Self:
        """Without credentials and fragment."""
        url = text.strip()
        if not _is_http(url):
            raise wrong("not a URL", "write https://host/path")
        parts = urlsplit(url)
        if parts.username or parts.password or parts.fragment:
            raise wrong("a URL with a user name, password or `#`", "leave them out")
        return cls(url)

    @property
    def is_private_or_encrypted(self) -> bool:
        """True for https, and for http to this machine itself."""
        parts = urlsplit(self)
        return parts.scheme == "https" or _is_loopback(parts.hostname or "")


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - looked up for its error
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s", url)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class PublicUrl(Url):
    """An address that Slack can call: https (http only on this machine, for the playground)."""

    __slots__ = ()

    @classmethod
    def read(cls, text: str) -> Self:
        """https, without a trailing slash."""
        url = super().read(text)
        if not url.is_private_or_encrypted:
            raise wrong("Slack calls only https addresses", "write https://… (the address of your TLS proxy)")
        return cls(url.rstrip("/"))


class Network(Word):
    """An address or a network: `10.0.0.7`, `10.0.0.0/8`."""

    __slots__ = ()
    example = "10.0.0.0/8"
    form = "network"

    @classmethod
    def read(cls, text: str) -> Self:
        """In canonical form, as `ipaddress.ip_network` reads it."""
        try:
            return cls(ipaddress.ip_network(text.strip()))
        except ValueError:
            raise wrong("not an address or network", "write 10.0.0.7 or 10.0.0.0/8") from None


class Store(Word):
    """The database: a path, or `sqlite:///` and an absolute path."""

    __slots__ = ()
    example = "/var/lib/quarterdeck/quarterdeck.db"
    form = "path"

    @classmethod
    def read(cls, text: str) -> Self:
        """A file of SQLite."""
        store = cls(text.strip())
        scheme = urlsplit(store).scheme if "://" in store else "sqlite"
        if scheme in {"postgres", "postgresql"}:
            raise wrong("PostgreSQL is not in this version", "write the path of a file: SQLite keeps the rows")
        if scheme != "sqlite" or not store.file or store.file == "/" or ":memory:" in store:
            raise wrong("not a database", "write the path of a file, such as /var/lib/quarterdeck/quarterdeck.db")
        return store

    @property
    def file(self) -> str:
        """The path alone."""
        return "/" + self.removeprefix("sqlite://").lstrip("/") if self.startswith("sqlite://") else str(self)


def trimmed(text: str) -> str:
    """Text that says something."""
    if not text.strip():
        raise wrong("is empty", "write something, or leave the key out")
    return text.strip()


class _Text:
    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(trimmed, handler(source))


Text = Annotated[str, _Text()]
"""Not empty; surrounding space is dropped."""
