"""YAML is read as people mean it, and whatever cannot be read is said in plain words with its place."""

import itertools
import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.config import render_problems, safe_yaml
from bot.errors import ConfigError


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("true", True),
        ("FALSE", False),
        ("2026-11-24", "2026-11-24"),
        ("22:30", "22:30"),
        ("1:30:00", "1:30:00"),
        ("012", "012"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("+1", "+1"),
        (".5", ".5"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1e999", "1e999"),
        ("12345678901234567890", "12345678901234567890"),
        ("12", 12),
        ("-3", -3),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("~", None),
        ("null", None),
        ("", None),
        ('"12"', "12"),
        ("'true'", "true"),
        ('""', ""),
        ("=", "="),
        ("[1, a]", [1, "a"]),
        ("{a: {b: no}}", {"a": {"b": "no"}}),
    ],
)
def test_unquoted_words_mean_what_json_would_read_and_everything_else_is_text(written: str, value: object) -> None:
    """No surprise booleans, dates, sexagesimals or octals: YAML 1.2, and JSON where it leaves a choice."""
    assert safe_yaml.loads(f"key: {written}") == {"key": value}


def test_keys_are_text_even_where_they_look_like_something_else() -> None:
    """`on:` is a key called on (a workflow file has one), and 1.10 stays 1.10."""
    assert safe_yaml.loads("on: 1\n1.10: 2\nno: 3\n") == {"on": 1, "1.10": 2, "no": 3}


def test_an_empty_text_has_no_value() -> None:
    """Nothing, or only comments."""
    assert safe_yaml.loads("") is None
    assert safe_yaml.loads("# nothing\n") is None


def test_anchors_are_followed() -> None:
    """An alias repeats lists, mappings and words."""
    text = "a: &a [1, {b: c}]\nd: *a\ne: &e word\nf: *e\n"
    assert safe_yaml.loads(text) == {"a": [1, {"b": "c"}], "d": [1, {"b": "c"}], "e": "word", "f": "word"}


@given(st.text(max_size=40).filter(str.isprintable))
def test_quoted_text_comes_back_as_it_was(text: str) -> None:
    """`quoted` is safe for every printable text."""
    assert safe_yaml.loads(f"key: {safe_yaml.quoted(text)}") == {"key": text}


SYNTAX = {
    "at_sign": (
        "people: [@grace]",
        '1:10: a word cannot begin with `@` here\n    fix: write `grace` (the @ is not needed) or "@grace" in quotes',
    ),
    "backtick": ("a: `x`", '1:4: a word cannot begin with ``` here\n    fix: put it in quotes: "`x`"'),
    "percent": ("a: %x", '1:4: a word cannot begin with `%` here\n    fix: put it in quotes: "%x"'),
    "tab": ("a:\n\tb: 1", "2:1: a tab cannot indent YAML\n    fix: use spaces, two for each step"),
    "comment_in_list": (
        "people: [#grace]\nb: 1",
        "1:9: `#grace` begins a comment here, so the list never ends\n    fix: write `grace` (the # is not needed)",
    ),
    "open_list": (
        "a: [b",
        "1:4: the `[` of line 1 has no `]`\n    fix: close it with `]`, or look for a missing comma",
    ),
    "open_mapping": (
        "a: {b: 1, c",
        "1:4: the `{` of line 1 has no `}`\n    fix: close it with `}`, or look for a missing comma",
    ),
    "variable_in_flow": (
        "x: {t: ${A}}",
        '1:9: a `{` inside an unquoted value\n    fix: put the value in quotes: "${VARIABLE}"',
    ),
    "open_quote": ("a: 'x", "1:4: the quoted text of line 1 has no end\n    fix: add the closing quote"),
    "second_colon": (
        "a: b: c",
        "1:5: a second `: ` in one line\n    fix: put the text in quotes, or the inner key on a line of its own",
    ),
    "key_indent": (
        "a: b\n c: d",
        "2:3: this key is not indented like its neighbours\n    fix: keys of one mapping begin in the same column",
    ),
    "block_indent": (
        "a:\n    b: 1\n  c: 2",
        "3:3: this line is not indented like its neighbours\n    fix: keys (or list items) of one block begin in the same column",
    ),
    "glob": ("paths: [**/*.py]", '1:10: a word cannot begin with `*` here\n    fix: put it in quotes: "**/*.py"'),
    "ampersand": ("a: &", '1:5: a word cannot begin with `&` here\n    fix: put it in quotes: "&"'),
    "exclamation": ("x: !<", '1:6: a word cannot begin with `!` here\n    fix: put it in quotes: "!<"'),
    "escape": (
        'a: "\\q"',
        "1:6: an unknown escape after `\\`\n    fix: in double quotes write `\\\\`, or use single quotes",
    ),
    "no_colon": (
        "a: 1\nkey\n",
        "2:1: a key without its colon\n    fix: write `key: value`, with a space after the colon",
    ),
    "control_character": ("a: b\nc: \x01", "2:4: U+0001 is not allowed in YAML\n    fix: delete it"),
    "anything_else": (
        "a: | x\n b",
        "1:6: this is not YAML: expected a comment or a line break, but found 'x'\n    fix: compare with config.example.yaml",
    ),
    "two_documents": (
        "a: 1\n---\nb: 1",
        "2:1: a second document\n    fix: keep one document in the file: remove this `---`",
    ),
    "dangling_alias": (
        "a: *x",
        '1:4: a: `*x` refers to nothing\n    fix: put it in quotes if you mean the text: "*x"',
    ),
    "alias_of_itself": ("a: &a [*a]", "1:8: a[0]: `*a` contains itself\n    fix: write the value out"),
    "duplicate": ("a: 1\nb: 2\na: 3", "3:1: a: duplicate key, first on line 1\n    fix: keep one of the two"),
    "merge_key": ("<<: {a: 1}", "1:1: merge keys (`<<`) are not part of YAML 1.2\n    fix: write the keys out"),
    "tag": (
        "a: !!python/object/apply:os.system [x]",
        "1:4: a: a tag (`tag:yaml.org,2002:python/object/apply:os.system`)\n    fix: remove it: types are not chosen by tags here",
    ),
    "list_as_key": ("? [x]\n: y", "1:3: a key has to be a word\n    fix: write `key: value`"),
    "empty_key": ('"": y', "1:1: a key has to be a word\n    fix: write `key: value`"),
    "too_deep": ("[" * 40, "1:34: nested deeper than 32 levels\n    fix: make it flatter"),
}


@pytest.mark.parametrize("name", SYNTAX)
def test_what_cannot_be_read_is_said_in_plain_words_at_its_place(name: str) -> None:
    """Line and column of the mistake (not of where the parser gave up), and what to write instead."""
    text, said = SYNTAX[name]
    with pytest.raises(ConfigError) as caught:
        safe_yaml.loads(text, file="f.yaml")
    assert render_problems(caught.value.problems) == f"f.yaml:{said}"


@pytest.mark.parametrize(
    "text", ["token: @s3cr3t", "signing_secret: %s3cr3t", "password: *s3cr3t", "api_key: [#s3cr3t]"]
)
def test_a_mistake_in_a_secret_does_not_show_it(text: str) -> None:
    """Where the key speaks of a secret only the first character is repeated."""
    said = render_problems(safe_yaml.parse(text, file="f")[1])
    assert "…" in said
    assert "s3cr3t" not in said


def test_every_duplicate_is_reported_not_only_the_first() -> None:
    """All problems at once, in nested mappings too."""
    node, problems = safe_yaml.parse("a: 1\na: 2\nb: {c: 1, c: 2}\n", file="f")
    assert node is not None
    assert [(problem.line, problem.path) for problem in problems] == [(2, "a"), (3, "b.c")]


def test_aliases_that_multiply_are_stopped() -> None:
    """A billion laughs cost a fraction of a second and end in one problem."""
    pairs = itertools.pairwise("abcdefghi")
    levels = "".join(f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in pairs)
    started = time.process_time()
    node, problems = safe_yaml.parse("a: &a [x]\n" + levels, file="f")
    assert node is None
    assert "more than 100,000 values" in problems[0].problem
    assert time.process_time() - started < 10


def test_a_text_that_is_too_large_is_not_parsed() -> None:
    """The bound comes before the work."""
    node, problems = safe_yaml.parse("a" * 1_000_001, file="f")
    assert node is None
    assert problems[0].problem == "larger than 1,000,000 characters"


def test_aliases_cannot_nest_deeper_than_text() -> None:
    """Depth is counted after aliases were followed."""
    text = "a0: &a0 [x]\n" + "".join(f"a{n + 1}: &a{n + 1} [*a{n}]\n" for n in range(40))
    assert "nested deeper" in safe_yaml.parse(text, file="f")[1][0].problem


@given(st.text(alphabet=st.sampled_from("ab:-#[]{},&*!|>'\"%@`?~ \n\t\\$1"), max_size=60))
def test_no_text_raises_anything_but_problems(text: str) -> None:
    """Whatever stands in the file: a value or problems with places inside it."""
    node, problems = safe_yaml.parse(text, file="f")
    assert node is not None or problems or not safe_yaml.loads(text)
    for problem in problems:
        assert problem.problem
        assert 0 < problem.line <= text.count("\n") + 1


def test_the_slow_parser_decides_where_the_fast_one_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without libyaml the same text gives the same tree."""
    text = "a: [1, {b: &x c}]\nd: *x\n"
    fast = safe_yaml.parse(text, file="f")
    monkeypatch.setattr(safe_yaml, "_FAST", yaml.SafeLoader)
    assert safe_yaml.parse(text, file="f") == fast
