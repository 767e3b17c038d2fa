"""Each kind of word says how it may be written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from bot.config.names import Channel, Command, Name, Reference, UserId, Who
from bot.config.values import Duration, Listen, Network, PublicUrl, Store, Url, Word, Zone


@pytest.mark.parametrize(
    ("written", "milliseconds"),
    [
        ("500ms", 500),
        ("60s", 60_000),
        ("10m", 600_000),
        ("1h30m", 5_400_000),
        ("7d", 604_800_000),
        ("2w", 1_209_600_000),
        ("1H 5M", 3_900_000),
    ],
)
def test_durations_are_numbers_with_units(written: str, milliseconds: int) -> None:
    """Integer milliseconds, whatever the units."""
    assert Duration.read(written) == milliseconds


@given(st.integers(min_value=0, max_value=10**12))
def test_a_duration_is_shown_as_it_could_be_written(milliseconds: int) -> None:
    """`str` and `read` are each other's inverse."""
    assert Duration.read(str(Duration(milliseconds))) == milliseconds


@pytest.mark.parametrize("written", ["", "10", "m", "10 minutes", "-5m", "1.5h", "10m!", "1e3s"])
def test_anything_else_is_no_duration(written: str) -> None:
    """The fix names the units."""
    with pytest.raises(PydanticCustomError) as caught:
        Duration.read(written)
    assert "ms, s, m, h, d, w" in str(caught.value.context)


def test_a_duration_is_its_own_value_in_python_too() -> None:
    """Models can be built in code, with a Duration but not with a bare number."""
    adapter = TypeAdapter(Duration)
    assert adapter.validate_python(Duration(5)) == 5
    with pytest.raises(ValidationError, match="needs a unit"):
        adapter.validate_python(5)
    assert adapter.json_schema()["type"] == "string"


GOOD = [
    (Listen, "127.0.0.1:8080", "127.0.0.1:8080"),
    (Listen, " [::1]:0 ", "[::1]:0"),
    (Listen, "localhost:65535", "localhost:65535"),
    (Listen, "0.0.0.0:80", "0.0.0.0:80"),
    (Url, "http://prometheus:9090/path", "http://prometheus:9090/path"),
    (PublicUrl, "https://ops.acme.example/", "https://ops.acme.example"),
    (PublicUrl, "http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    (PublicUrl, "http://localhost", "http://localhost"),
    (Network, "10.0.0.7", "10.0.0.7/32"),
    (Network, "10.0.0.0/8", "10.0.0.0/8"),
    (Zone, "UTC", "UTC"),
    (Zone, "Europe/Berlin", "Europe/Berlin"),
    (Store, "a.db", "a.db"),
    (Store, "sqlite:///var/lib/a.db", "sqlite:///var/lib/a.db"),
    (Name, "Web-2.x", "web-2.x"),
    (Name, "#web", "web"),
    (Reference, "@Backend", "backend"),
    (Channel, "#Team-Web", "team-web"),
    (Channel, "C0123456789", "C0123456789"),
    (Channel, "équipe", "équipe"),
    (Who, "@Backend-Leads", "backend-leads"),
    (Who, "U02ADA", "U02ADA"),
    (Who, "S0123456789", "S0123456789"),
    (Who, "members", "members"),
    (UserId, "@W0123", "W0123"),
    (Command, "OPS", "/ops"),
    (Command, "/ops", "/ops"),
    (Word, " any ", "any"),
]


@pytest.mark.parametrize(("kind", "written", "value"), GOOD)
def test_words_are_kept_in_their_canonical_form(kind: type[Word], written: str, value: str) -> None:
    """Sigils, case and surrounding space never matter."""
    assert kind.read(written) == value
    assert isinstance(kind.read(written), kind)


BAD = [
    (Listen, "8080"),
    (Listen, ":8080"),
    (Listen, "127.0.0.1:70000"),
    (Listen, "999.0.0.1:80"),
    (Listen, "http://x:80"),
    (Listen, "[zz]:80"),
    (Listen, "[::::]:80"),
    (Url, "ops.example"),
    (Url, "ftp://x"),
    (Url, "https://"),
    (Url, "https://x:99999"),
    (Url, "https://[x"),
    (Url, "https://a b"),
    (Url, "https://user:pw@x"),
    (Url, "https://x/#y"),
    (PublicUrl, "http://ops.example"),
    (Network, "10.0.0.1/8"),
    (Network, "proxy"),
    (Zone, "Europe/Berlni"),
    (Zone, "../../etc/passwd"),
    (Zone, ""),
    (Zone, "Europe"),
    (Store, "postgresql://x/y"),
    (Store, "mysql://x"),
    (Store, "sqlite://:memory:"),
    (Store, ":memory:"),
    (Store, ""),
    (Store, "sqlite:///"),
    (Name, "a b"),
    (Name, ""),
    (Name, "-a"),
    (Name, "a."),
    (Name, "x" * 41),
    (Name, "ümlaut"),
    (Reference, "#"),
    (Channel, ""),
    (Channel, "a b"),
    (Channel, "x" * 81),
    (Channel, "<#C1|x>"),
    (Who, "everyone"),
    (Who, "@here"),
    (Who, "ada@acme.example"),
    (UserId, "ada"),
    (Command, "/a b"),
    (Command, "/"),
    (Command, "/status"),
    (Command, "who"),
    (Command, "/" + "x" * 32),
]


@pytest.mark.parametrize(("kind", "written"), BAD)
def test_other_words_are_refused_with_a_fix_and_without_repeating_them(kind: type[Word], written: str) -> None:
    """The message never contains the value: it could be a secret in the wrong place."""
    with pytest.raises(PydanticCustomError) as caught:
        kind.read(written)
    assert caught.value.context is not None
    assert caught.value.context["hint"]
    if len(written) > 9:
        assert written not in caught.value.context["problem"]


def test_an_address_knows_its_parts() -> None:
    """Brackets belong to the notation, not to the host."""
    assert (Listen("[::1]:8080").host, Listen("[::1]:8080").port) == ("::1", 8080)
    assert (Listen("localhost:0").host, Listen("localhost:0").port) == ("localhost", 0)


def test_a_store_knows_its_file() -> None:
    """Both notations name a path."""
    assert Store("sqlite:///var/lib/a.db").file == "/var/lib/a.db"
    assert Store("data/a.db").file == "data/a.db"


def test_utc_needs_no_time_zone_database() -> None:
    """The default works on a machine without tzdata."""
    assert Zone("UTC").tz.utcoffset(None) is not None
    assert str(Zone("Europe/Berlin").tz) == "Europe/Berlin"
