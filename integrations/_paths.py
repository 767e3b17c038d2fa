"""Where something stands in somebody's JSON: a small part of JSONPath, read once and followed without surprises."""

import re
from collections.abc import Iterator
from functools import lru_cache

from bot.config import wrong
from bot.config.values import Word
from integrations._payload import LONGEST_PROSE, MOST_ALERTS, prose

_STEP = re.compile(r"""\.([A-Za-z0-9_@-]+)|\["([^"\\]{1,128})"\]|\['([^'\\]{1,128})'\]|\[([0-9]{1,6})\]|\[(\*)\]""")
_LONGEST = 400
Step = str | int | None  # a name, an index, or None: every item


class Place(Word):
    """A place in the JSON: `$.alerts[0].labels["the name"]`; `$` is the item itself, `[*]` every item of a list."""

    __slots__ = ()
    example = "$.check.id"
    form = "path"

    @classmethod
    def read(cls, text: str) -> "Place":
        """As it is written; raises `wrong(…)`."""
        place = cls(text.strip())
        if len(place) > _LONGEST or steps(place) is None:
            raise wrong("not a path", 'write $.name, $.list[0].name, $["any name"], or $.list[*] for every item')
        return place

    def values(self, item: object) -> list[object]:
        """What stands there, in order; empty where nothing does."""
        found = [item]
        for step in steps(self) or ():
            found = [inner for each in found for inner in _stepped(each, step)][: MOST_ALERTS + 1]
        return found

    def text(self, item: object, longest: int = LONGEST_PROSE) -> str:
        """The first scalar there as text; empty where there is none."""
        return next((text for value in self.values(item) if (text := prose(value, longest))), "")


class Pick(Word):
    """A place in the JSON, or a text that is always the same."""

    __slots__ = ()
    example = "$.severity"
    form = "path or text"

    @classmethod
    def read(cls, text: str) -> "Pick":
        """What begins with `$` is a place; raises `wrong(…)`."""
        return cls(Place.read(text) if text.strip().startswith("$") else text.strip())

    def text(self, item: object, longest: int = LONGEST_PROSE) -> str:
        """What stands at the place, or the text itself."""
        return Place(self).text(item, longest) if self.startswith("$") else str(self)[:longest]


@lru_cache(maxsize=1_000)
def steps(path: str) -> tuple[Step, ...] | None:
    """The steps of a path; None where it is none."""
    found: list[Step] = []
    at = 1
    while path.startswith("$") and at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            return None
        name, double, single, index, _every = match.groups()
        found.append(int(index) if index else (name or double or single))
        at = match.end()
    return tuple(found) if path.startswith("$") else None


def _stepped(value: object, step: Step) -> Iterator[object]:
    if step is None:
        yield from value if isinstance(value, list) else ()
    elif isinstance(value, dict):
        yield from (value[step],) if step in value else ()
    elif isinstance(value, list) and isinstance(step, int):
        yield from value[step : step + 1]
