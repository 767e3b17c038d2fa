"""The audit's head as it is written down."""

from bot.domain.audit import Entry, Head
from bot.domain.audit_stream import SCHEMA, exported, iso, json_line


def test_a_head_is_written_as_line_and_hash() -> None:
    """So that `audit verify --head` can read it back."""
    assert str(Head(id=17, hash="5e" * 32, count=17)) == f"17:{'5e' * 32}"


def test_a_line_of_the_stream_says_its_schema_and_its_time() -> None:
    """What a collector reads: one line of JSON, its time in UTC, and a time that no calendar has as its number."""
    entry = Entry(
        at=1_795_514_646_000, actor="T01ACME/U02ADA", action="deploy", subject="operation:1", body={"why": "a\nb"}
    )
    assert exported(entry)["schema"] == SCHEMA
    assert exported(entry)["time"] == "2026-11-24T10:04:06.000Z"
    assert "\n" not in json_line(entry)
    assert iso(2**62) == str(2**62)
