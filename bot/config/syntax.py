"""What a YAML parser complains about, said so that somebody who does not know YAML can mend it."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """What the parser said: `problem` in its own words, the text of the line (and from the column on), and of the line where it began."""

    problem: str
    context: str = ""
    line: str = ""
    rest: str = ""
    opening: str = ""
    opening_line: str = ""
    opened_at: int = 0


def explain(complaint: Complaint) -> tuple[str, str]:
    """(what is wrong, how to mend it) in plain words."""
    for said, explanation in _EXPLANATIONS:
        if said in complaint.problem or said in complaint.context:
            return explanation(complaint)
    return f"this is not YAML: {complaint.problem}", "compare with config.example.yaml"


def begins_earlier(complaint: Complaint) -> bool:
    """True where the mistake is at the opening bracket or quote, not where the parser gave up."""
    if "${" in complaint.line or "unknown escape" in complaint.problem:
        return False
    return "flow" in complaint.context or "quoted" in complaint.context


def comment_trap(text: str, line: str) -> str:
    """The word of `text`, in `line`, that `#` turned into a comment (`channel: #team-web`), or an empty string."""
    found = re.search(r"(?:^|[\s\[,:])#([A-Za-z0-9_][\w-]*)", text)
    return sayable(found.group(1), line) if found else ""


def sayable(word: str, line: str) -> str:
    """The word, or its first character and dots where its line is about a secret."""
    return f"{word[:1]}…" if re.search(r"token|secret|password|key", line, re.IGNORECASE) else word


def _word(text: str, line: str) -> str:
    return sayable(re.split(r"[\s,\]}]", text, maxsplit=1)[0], line)


def _token(complaint: Complaint) -> tuple[str, str]:
    character = complaint.rest[:1]
    word = _word(complaint.rest, complaint.line)
    if character == "\t":
        return _tab(complaint)
    if character == "@":
        return "a word cannot begin with `@` here", f'write `{word[1:]}` (the @ is not needed) or "{word}" in quotes'
    return f"a word cannot begin with `{character}` here", f'put it in quotes: "{word}"'


def _tab(_complaint: Complaint) -> tuple[str, str]:
    return "a tab cannot indent YAML", "use spaces, two for each step"


def _alias(complaint: Complaint) -> tuple[str, str]:
    word = _word(complaint.opening, complaint.opening_line)
    return f"a word cannot begin with `{word[:1]}` here", f'put it in quotes: "{word}"'


def _colon(complaint: Complaint) -> tuple[str, str]:
    if re.match(r"\s*[^\s:#]+:\s", complaint.line) and complaint.line.count(": ") > 1:
        return "a second `: ` in one line", "put the text in quotes, or the inner key on a line of its own"
    return "this key is not indented like its neighbours", "keys of one mapping begin in the same column"


def _flow(complaint: Complaint) -> tuple[str, str]:
    first, last = complaint.opening_line, complaint.line
    if word := comment_trap(complaint.opening, first) or comment_trap(last, last):
        return f"`#{word}` begins a comment here, so the list never ends", f"write `{word}` (the # is not needed)"
    if "${" in complaint.line:
        return "a `{` inside an unquoted value", 'put the value in quotes: "${VARIABLE}"'
    bracket, pair = ("{", "}") if "mapping" in complaint.context else ("[", "]")
    return (
        f"the `{bracket}` of line {complaint.opened_at} has no `{pair}`",
        f"close it with `{pair}`, or look for a missing comma",
    )


def _quote(complaint: Complaint) -> tuple[str, str]:
    return f"the quoted text of line {complaint.opened_at} has no end", "add the closing quote"


def _block(_complaint: Complaint) -> tuple[str, str]:
    return "this line is not indented like its neighbours", "keys (or list items) of one block begin in the same column"


def _key(_complaint: Complaint) -> tuple[str, str]:
    return "a key without its colon", "write `key: value`, with a space after the colon"


def _escape(_complaint: Complaint) -> tuple[str, str]:
    return "an unknown escape after `\\`", "in double quotes write `\\\\`, or use single quotes"


_EXPLANATIONS = (
    ("found a tab", _tab),
    ("cannot start any token", _token),
    ("while scanning an alias", _alias),
    ("while scanning an anchor", _alias),
    ("while parsing a tag", _alias),
    ("while scanning a tag", _alias),
    ("mapping values are not allowed", _colon),
    ("unknown escape", _escape),
    ("while scanning a quoted scalar", _quote),
    ("while scanning a double-quoted", _quote),
    ("while parsing a flow", _flow),
    ("could not find expected ':'", _key),
    ("expected <block end>", _block),
    ("expected <document start>", _block),
)
