"""The audit's head as it is written down."""

from bot.domain.audit import Head


def test_a_head_is_written_as_line_and_hash() -> None:
    """So that `audit verify --head` can read it back."""
    assert str(Head(id=17, hash="5e" * 32, count=17)) == f"17:{'5e' * 32}"
