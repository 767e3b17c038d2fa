"""What programs print becomes fit for people."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from integrations._text import readable, shown
from integrations.local.output import last_part, tail, told
from integrations.local.words import filled, is_plain


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_readable_is_one_printable_line(text: str, cap: int) -> None:
    """Whatever comes in."""
    line = readable(text, cap=cap)
    assert line.isprintable()
    assert len(line) <= cap
    assert shown(text.replace("\n", "")).isprintable()


def test_escape_sequences_and_secrets_go() -> None:
    """Colours, titles and links of terminals, the direction of text, and what must not be shown."""
    assert readable("\x1b[1;31mred\x1b[0m \x1b]0;title\x07\x1b]8;;http://x\x1b\\link\x1b(B") == "red link"
    assert readable("a\u202eb\u200bc") == "a b c"
    assert readable("token=abc", secrets=("abc", "")) == "token=•••"
    assert shown("  10%\r  100%\r") == "  100%"
    assert shown("a\tb secret", secrets=("secret",)) == "a   b •••"
    assert shown("x" * 50, cap=10) == "x" * 9 + "…"


@given(st.dictionaries(st.sampled_from(["environment", "service"]), st.text()), st.lists(st.text()))
def test_as_many_words_come_out_as_went_in(values: dict[str, str], argv: list[str]) -> None:
    """No value becomes a second argument."""
    assert len(filled(argv, values)) == len(argv)


def test_values_are_not_filled_in_again() -> None:
    """A value that looks like a placeholder is only text."""
    values = {"service": "{revision}", "revision": "abc"}
    assert filled(["{service}-{revision}", "{unknown}"], values) == ["{revision}-abc", "{unknown}"]
    assert not is_plain("-h")
    assert not is_plain("a\u2028b")
    assert is_plain("")


def test_steps(tmp_path: Path) -> None:
    """Only a whole line of the documented form is a step, and the last one counts."""
    output = tmp_path / "output"
    output.write_bytes(b"::step 1/4 fetch\r\n::step 2/4\n ::step 3/4 no\n::step x/4 no\n::step 2/4  build it \xff\n\n")
    assert told(output)[0] == (2, 4, "build it \ufffd")
    assert told(output)[1] == "::step 3/4 no"
    assert told(tmp_path / "absent") == ((0, 0, ""), "")


def test_a_step_far_behind_is_given_up(tmp_path: Path) -> None:
    """The search backwards is bounded."""
    output = tmp_path / "output"
    output.write_bytes(b"::step 1/4 fetch\n" + b"chatter\n" * 200_000)
    assert told(output) == ((0, 0, ""), "chatter")


def test_parts_begin_with_a_line(tmp_path: Path) -> None:
    """Half a line at the beginning is left out, unless there is no other."""
    output = tmp_path / "output"
    output.write_bytes(b"first line\nsecond\n")
    assert last_part(output, 10) == b"second\n"
    assert last_part(output, 100) == b"first line\nsecond\n"
    output.write_bytes(b"x" * 50)
    assert last_part(output, 10) == b"x" * 10
    assert tail(output, 3) == ("x" * 50,)
