"""References are replaced word by word after parsing; one that leads nowhere is named with its place."""

from pathlib import Path

import pytest

from bot.config.expand import MAX_FILE_BYTES, Surrounding, expand
from bot.config.nodes import Mapping, value_of
from bot.config.problems import render_problems
from bot.config.safe_yaml import parse


def expanded(text: str, folder: Path, **environ: str) -> tuple[object, str]:
    """The value under `a`, and what was said."""
    node, problems = parse(f"a: {text}", file="f")
    assert node is not None
    assert not problems
    found, missing = expand(node, Surrounding(environ=environ, directory=folder, file="f"))
    assert isinstance(found, Mapping)
    inner = found.get("a")
    assert inner is not None
    return value_of(inner), render_problems(missing).replace(str(folder), "FOLDER")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('"${A}"', "one"),
        ("${A}", "one"),
        ('"x${A}y${B}z"', "xoney2z"),
        ('"${NOT:-fallback}"', "fallback"),
        ('"${EMPTY:-fallback}"', "fallback"),
        ('"${NOT:-}"', ""),
        ('"${A:-fallback}"', "one"),
        ('"$$"', "$"),
        ('"$${A}"', "${A}"),
        ('"$A and $5"', "$A and $5"),
        ('["${A}", {b: "${B}"}]', ["one", {"b": "2"}]),
        ('"${YAML}"', "{a: [b], 'c"),
        ('"${AGAIN}"', "${A}"),
    ],
)
def test_references_become_text(tmp_path: Path, written: str, value: object) -> None:
    """Never YAML, never expanded twice, a lone dollar stays."""
    environ = {"A": "one", "B": "2", "EMPTY": "", "YAML": "{a: [b], 'c", "AGAIN": "${A}"}
    assert expanded(written, tmp_path, **environ) == (value, "")


def test_a_file_gives_its_content_without_the_last_newline(tmp_path: Path) -> None:
    """Relative paths start at the configuration's folder; inner newlines stay."""
    (tmp_path / "key.pem").write_bytes(b"line 1\nline 2\r\n")
    assert expanded('"${file:key.pem}"', tmp_path) == ("line 1\nline 2", "")
    assert expanded(f'"${{file:{tmp_path}/key.pem}}"', tmp_path) == ("line 1\nline 2", "")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('"${NOT}"', "the environment variable NOT is not set\n    fix: set it: export NOT=…"),
        ('"${EMPTY}"', "the environment variable EMPTY is empty\n    fix: set it: export EMPTY=…"),
        ('"${BROKEN}"', "the environment variable BROKEN is not valid UTF-8\n    fix: set it again"),
        ('"${NOT"', "a `${` without its `}`\n    fix: close it, or write `$$` for a dollar sign"),
        (
            '"${a-b}"',
            (
                "`${…}` holds no variable name\n"
                "    fix: write `${NAME}`, `${NAME:-text}`, `${file:/path}`, or `$$` for a dollar sign"
            ),
        ),
        (
            '"${file:none}"',
            "FOLDER/none cannot be read: No such file or directory\n    fix: mend the path, or let the bot's user read it",
        ),
        (
            '"${file:.}"',
            "FOLDER cannot be read: Is a directory\n    fix: mend the path, or let the bot's user read it",
        ),
        (
            '"${file:a\\0b}"',
            "FOLDER/a\0b cannot be read: not a usable path\n    fix: mend the path, or let the bot's user read it",
        ),
        ('"${file:binary}"', "FOLDER/binary is not UTF-8 text\n    fix: store the secret as text"),
        ('"${file:empty}"', "FOLDER/empty is empty\n    fix: write the secret into it"),
        ('"${file:huge}"', "FOLDER/huge is larger than 65,536 bytes\n    fix: point at a file that holds one secret"),
    ],
)
def test_a_reference_that_leads_nowhere_is_named_with_its_place(tmp_path: Path, written: str, said: str) -> None:
    """The variable or file, the line, and the fix."""
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "empty").write_bytes(b" \n")
    (tmp_path / "huge").write_bytes(b"x" * (MAX_FILE_BYTES + 1))
    _value, problems = expanded(written, tmp_path, EMPTY="", BROKEN="\udcff")
    assert problems == f"f:1:4: a: {said}"


def test_every_missing_variable_is_named(tmp_path: Path) -> None:
    """All problems at once, also two in one word."""
    _value, problems = expanded('"${A} ${B}"', tmp_path)
    assert "variable A is not set" in problems
    assert "variable B is not set" in problems


def test_what_was_replaced_is_not_in_a_repr(tmp_path: Path) -> None:
    """Nodes are kept for `config show`, so they must not show secrets."""
    node, _ = parse('a: "${A}"', file="f")
    assert node is not None
    surrounding = Surrounding(environ={"A": "s3cr3t"}, directory=tmp_path, file="f")
    assert "s3cr3t" not in repr(expand(node, surrounding))
    assert "s3cr3t" not in repr(surrounding)
