"""A line cut into words, flags and free text; what stands in free text is never looked at."""

import re
from dataclasses import dataclass
from functools import cached_property

from bot.commanding.normalise import (
    DOUBLE_QUOTES,
    SINGLE_QUOTES,
    SPACES,
    WORD,
    clean_text,
    clean_word,
    is_space,
    key,
    shown,
)
from bot.commanding.unclear import Correction, Unclear

REASON_MOST = 500
BECAUSE = "--because"
_BECAUSE_WORDS = frozenset({"because", "because:"})
_BECAUSE_FLAGS = frozenset({"--because", "--reason"})
ARROWS = frozenset({"→", "->", "=>", "⇒"})
_VALUED = {
    "--to": ("--to needs a revision.", "For example: `rollback web production --to v1.3`"),
    "--weeks": ("--weeks needs a number.", "For example: `metrics web --weeks 8`"),
}
"""Flags with a value: what is said where it is missing."""
_HELP = frozenset({"--help", "-h", "-?", "?", "--?"})
_FLAG = re.compile(r"(-+)([^=]*)(=?)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Token:
    """A word from `start` to `end` of the line; `text` is without quotes, `word` as it was meant."""

    text: str
    start: int
    end: int
    quoted: bool = False

    @cached_property
    def word(self) -> str:
        """With plain dashes, and nothing invisible."""
        return clean_word(self.text)


@dataclass(frozen=True, kw_only=True)
class Flag:
    """`--name`, with its value where it takes one."""

    name: str
    start: int
    end: int
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Free text, one value."""

    text: str
    start: int
    end: int


Item = Token | Flag | Reason


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """The parts of a line; `asks_help` where one of them is `--help` or `?`."""

    items: tuple[Item, ...]
    asks_help: bool = False


def scan(line: str) -> Scanned:
    """Cut the line. Raises Unclear for a flag that is none, or lacks its value."""
    items: list[Item] = []
    asks_help = False
    at = 0
    while (token := token_at(line, at)) is not None:
        at = token.end
        if token.quoted or token.word in ARROWS:
            items.append(token)
        elif not token.word:
            continue  # nothing but invisible characters
        elif key(token.word) in _HELP:
            asks_help = True
        elif items and key(token.word) in _BECAUSE_WORDS:
            reason = _free_text(line, token.start, at, "because")
            items.append(reason)
            at = _ended(line, reason)
        elif token.word.startswith("-"):
            item = _flag(line, token)
            items.append(item)
            at = item.end
        else:
            items.append(token)
    return Scanned(items=tuple(items), asks_help=asks_help)


def token_at(line: str, at: int) -> Token | None:
    """The next word, quoted or not, from `at` on; None where only space is left. Raises Unclear for a quote that is never closed."""
    start = _after_space(line, at)
    if start == len(line):
        return None
    if (quotes := _quotes(line[start])) is not None:
        close = _closing(line, start + 1, quotes)
        if close < 0:
            raise Unclear(f"The quote before “{shown(line[start + 1 :], 20)}” is never closed.", hint="Close it.")
        return Token(text=line[start + 1 : close], start=start, end=close + 1, quoted=True)
    end = _run(WORD, line, start)
    return Token(text=line[start:end], start=start, end=end)


def _flag(line: str, token: Token) -> Flag | Reason:
    parts = _FLAG.match(token.word)
    assert parts is not None, "a flag begins with a dash"
    name = "--" + key(parts.group(2))
    inline = _after_equals(line, token) if parts.group(3) else -1
    if len(parts.group(1)) != 2 or name not in {*_BECAUSE_FLAGS, *_VALUED, "--dry-run"}:
        raise _no_flag(token, key(parts.group(2)))
    if name in _BECAUSE_FLAGS:
        return _free_text(line, token.start, token.end if inline < 0 else inline, BECAUSE)
    if name in _VALUED:
        return _with_value(line, token, token.end if inline < 0 else inline, name)
    if inline >= 0:
        raise Unclear(f"{name} takes no value.", hint="Leave out what follows the =.")
    return Flag(name=name, start=token.start, end=token.end)


def _after_equals(line: str, token: Token) -> int:
    return line.index("=", token.start) + 1


def _with_value(line: str, token: Token, at: int, name: str) -> Flag:
    value = token_at(line, at)
    if value is None or (not value.quoted and value.word.startswith("-")):
        problem, hint = _VALUED[name]
        raise Unclear(problem, hint=hint)
    return Flag(name=name, start=token.start, end=value.end, value=value.word)


def _no_flag(token: Token, name: str) -> Unclear:
    meant = [known for known in ("because", "to", "weeks", "dry-run") if _alike(name, known)]
    corrections = [
        Correction(start=token.start, end=token.end, replacement=f"--{known}", label=f"--{known}") for known in meant
    ]
    return Unclear(
        f"There is no “{shown(token.word)}”.",
        hint="There are --because TEXT, --to REVISION and --dry-run.",
        corrections=corrections,
    )


def _alike(name: str, known: str) -> bool:
    """Only dashes, or a beginning, make the difference: anything else would be a guess."""
    bare = name.replace("-", "").replace("_", "")
    return bool(bare) and (known.replace("-", "") == bare or (len(bare) > 2 and known.startswith(bare)))


def _free_text(line: str, start: int, at: int, name: str) -> Reason:
    """To its closing quote, or to the end of the line; never scanned for anything else."""
    begin = _after_space(line, at)
    text, end = line[begin:], len(line)
    if begin < len(line) and (quotes := _quotes(line[begin])) is not None:
        close = _closing(line, begin + 1, quotes)
        text, end = (line[begin + 1 : close], close + 1) if close >= 0 else (line[begin + 1 :], end)
    text = clean_text(text)
    if not text:
        raise Unclear(f"{name} needs a reason.", hint=f'For example: {name} "checkout errors"')
    if len(text) > REASON_MOST:
        raise Unclear(f"The reason is longer than {REASON_MOST} characters.", hint="The rest belongs into the thread.")
    return Reason(text=text, start=start, end=end)


def _ended(line: str, reason: Reason) -> int:
    """Where to go on after `because "…"`: only flags may follow, since more words were probably meant as text."""
    following = _after_space(line, reason.end)
    if following < len(line) and clean_word(line[following:])[:1] != "-":
        raise Unclear(
            "The reason ends at its closing quote, and more words follow.",
            hint="Put the whole reason in quotes, at the end.",
            corrections=[Correction(start=reason.start, end=len(line), replacement=_requoted(line[reason.start :]))],
        )
    return reason.end


def _requoted(text: str) -> str:
    """The same without quotes: all of it is the reason then."""
    bare = "".join(each for each in text if each not in DOUBLE_QUOTES | SINGLE_QUOTES)
    return f"{BECAUSE} {bare[len('because') :].lstrip(': ')}"


def _quotes(character: str) -> frozenset[str] | None:
    return next((quotes for quotes in (DOUBLE_QUOTES, SINGLE_QUOTES) if character in quotes), None)


def _closing(line: str, at: int, quotes: frozenset[str]) -> int:
    """The next quote of the kind at the end of a word (the one in don't is none), or -1."""
    for end in range(at, len(line)):
        if line[end] in quotes and (end + 1 == len(line) or is_space(line[end + 1])):
            return end
    return -1


def _after_space(line: str, at: int) -> int:
    return _run(SPACES, line, at)


def _run(what: re.Pattern[str], line: str, at: int) -> int:
    found = what.match(line, at)
    return found.end() if found else at
