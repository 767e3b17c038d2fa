"""Words of ours in queries of others: they stand in strings, stay themselves, and end nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.prometheus.promql import Where, filled, literal, misplaced, pieces

WORDS = {"service": "web", "environment": "prod", "revision": "5d2f0b7"}


@pytest.mark.parametrize(
    ("query", "made"),
    [
        ('up{job="{service}"}', 'up{job="web"}'),
        ("up{job='{service}-{environment}'}", "up{job='web-prod'}"),
        ("rate(x[{window}])", "rate(x[60s])"),
        ('x{a="\\"{service}"}', 'x{a="\\"web"}'),
        ('x{a=~"{service}-.*", b!~ "{revision}"}', 'x{a=~"web-.*", b!~ "5d2f0b7"}'),
        ("x # it's {service} \"\n + y", "x \n + y"),
        ('x{p="/users/{id}"}', 'x{p="/users/{id}"}'),
        ("x{a=`{id}`}", "x{a=`{id}`}"),
        ("sum by (service) (x)", "sum by (service) (x)"),
    ],
)
def test_filled(query: str, made: str) -> None:
    """Each placeholder once, where it stands; braces of others stay."""
    assert not misplaced(query)
    assert filled(query, WORDS, window="60s") == made


def test_nothing_is_filled_twice() -> None:
    """A word that looks like a placeholder is a word."""
    assert filled('x{a="{service}"}', {**WORDS, "service": "{revision}"}, window="1m") == 'x{a="{revision}"}'


def test_in_a_pattern_a_word_means_itself() -> None:
    """A dot is a dot, also for the server's regular expressions."""
    assert filled('x{a=~"{service}"}', {**WORDS, "service": "a.b"}, window="1m") == 'x{a=~"a\\\\.b"}'
    assert filled('x{a="{service}"}', {**WORDS, "service": "a.b"}, window="1m") == 'x{a="a.b"}'


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("up{job={service}}", '{service} has to stand in a string: "{service}"'),
        ("up{job=`{service}`}", '{service} has to stand in a string: "{service}"'),
        ('x{a="{window}"}', "{window} is a duration, and stands in no string"),
        ('x{a="b}', "a string in it does not end"),
        ("x{a='b\\'}", "a string in it does not end"),
        ("x{a=`b}", "a string in it does not end"),
        ('x{a="', "a string in it does not end"),
    ],
)
def test_misplaced(query: str, problem: str) -> None:
    """Where nothing could be escaped nothing is put."""
    assert misplaced(query) == problem


@given(st.text(alphabet="ab\"'`\\#\n {}=~!"))
def test_nothing_is_lost(query: str) -> None:
    """The pieces are the query."""
    assert "".join(piece.text for piece in pieces(query)) == query


@given(word=st.text(), quote=st.sampled_from("\"'"), before=st.sampled_from(["a=", "a=~", "a!~", "f("]))
def test_no_word_ends_its_string(word: str, quote: str, before: str) -> None:
    """Whatever it is: the query has the same pieces as with a harmless word, all of it printable."""
    query = f"{before}{quote}x{{service}}y{quote})"
    made = list(pieces(filled(query, {**WORDS, "service": word}, window="1m")))
    assert [piece.where for piece in made] == [Where.CODE, Where.STRING, Where.CODE] or "~" in before
    assert len(made) == 3
    assert made[0].text == before
    assert made[2].text == ")"
    assert made[1].text[1:-1].isprintable()
    assert quote not in made[1].text[1:-1]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_literals_say_the_word(word: str) -> None:
    """Python reads the escapes as Go does; the real server is asked in test_real.py."""
    text = literal(word)
    assert text.encode("ascii", "backslashreplace").decode("unicode_escape") == word
