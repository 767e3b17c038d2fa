"""Small checks that compose into a validator: each looks at one value and reports problems with JSON pointers."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.playground.errors import Json


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing Slack would refuse, where it is, and the constraint it breaks."""

    pointer: str
    message: str
    code: str = "failed_constraint"
    constraint: Json | None = None

    def as_error(self) -> Json:
        """Return the problem as `blocks.validate` lists it."""
        shown: Json = {"code": self.code, "message": self.message, "pointer": self.pointer}
        return shown | ({"constraint": self.constraint} if self.constraint else {})

    def as_message(self, root: str) -> str:
        """Return the problem as `response_metadata.messages` words it; `root` is the argument's own pointer."""
        return f"[ERROR] {self.message} [json-pointer:{root}{self.pointer}]"


@dataclass
class Report:
    """What a validation found, and what it must remember between blocks."""

    surface: str = "message"
    problems: list[Problem] = field(default_factory=list)
    block_ids: set[str] = field(default_factory=set)
    markdown: int = 0

    def add(self, pointer: str, message: str, **constraint: Any) -> None:
        """Note one problem; `constraint` names what was expected."""
        self.problems.append(Problem(pointer=pointer, message=message, constraint=constraint or None))


Check = Callable[[Report, str, Any], None]


def listed(value: Any) -> list[Any]:
    """Return a value that should be a list, or an empty one: somebody else reports that it is none."""
    return value if isinstance(value, list) else []


def anything(_report: Report, _pointer: str, _value: Any) -> None:
    """Accept any value."""


def string(most: int, least: int = 1) -> Check:
    """Check a string of `least` to `most` characters."""

    def check(report: Report, pointer: str, value: Any) -> None:
        if not isinstance(value, str):
            report.add(pointer, "must provide a string", type="string")
        elif len(value) > most:
            report.add(pointer, f"must be less than {most + 1} characters", type="max_length", expected=most)
        elif len(value) < least:
            report.add(pointer, f"must be more than {least - 1} characters", type="min_length", expected=least)

    return check


def boolean(report: Report, pointer: str, value: Any) -> None:
    """Check true or false."""
    if not isinstance(value, bool):
        report.add(pointer, "must provide a boolean", type="boolean")


def number(least: float | None = None, most: float | None = None) -> Check:
    """Check a number between the bounds."""

    def check(report: Report, pointer: str, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            report.add(pointer, "must provide a number", type="number")
        elif least is not None and value < least:
            report.add(pointer, f"must be at least {least}", type="min_value", expected=least)
        elif most is not None and value > most:
            report.add(pointer, f"must be at most {most}", type="max_value", expected=most)

    return check


def enum(*allowed: Any) -> Check:
    """Check one of a closed list of values."""

    def check(report: Report, pointer: str, value: Any) -> None:
        if value not in allowed:
            report.add(pointer, f"must be a valid enum value: {value}", type="enum", expected=list(allowed))

    return check


def pattern(expression: str, wanted: str) -> Check:
    """Check a string against a regular expression; `wanted` says it in words."""
    compiled = re.compile(expression)

    def check(report: Report, pointer: str, value: Any) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            report.add(pointer, f"must be {wanted}", type="pattern", expected=wanted)

    return check


def items(inner: Check, most: int, least: int = 1) -> Check:
    """Check a list of `least` to `most` items, each by `inner`."""

    def check(report: Report, pointer: str, value: Any) -> None:
        if not isinstance(value, list):
            report.add(pointer, "must provide an array", type="array")
            return
        if len(value) > most:
            report.add(pointer, f"no more than {most} items allowed", type="max_items", expected=most)
        if len(value) < least:
            report.add(pointer, f"no fewer than {least} items allowed", type="min_items", expected=least)
        for at, item in enumerate(value):
            inner(report, f"{pointer}/{at}", item)

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *more: Check) -> Check:
    """Check an object's fields: the required ones, the optional ones, no others; then whatever `more` looks at."""
    known = {**(optional or {}), **required, "type": anything}

    def check(report: Report, pointer: str, value: Any) -> None:
        if not isinstance(value, dict):
            report.add(pointer, "must provide an object", type="object")
            return
        for name in required:
            if value.get(name) is None:
                report.add(pointer, f"missing required field: {name}", type="required", expected=name)
        for name, item in value.items():
            if name not in known:
                report.add(pointer, f"invalid additional property: {name}", type="additional_property")
            elif item is not None:
                known[name](report, f"{pointer}/{name}", item)
        for extra in more:
            extra(report, pointer, value)

    return check


def by_type(kinds: Mapping[str, Check], allowed: Collection[str] | None = None) -> Check:
    """Check an object by its `type`; types outside `allowed` (or unknown ones) are refused."""

    def check(report: Report, pointer: str, value: Any) -> None:
        if not isinstance(value, dict):
            report.add(pointer, "must provide an object", type="object")
            return
        kind = value.get("type")
        if not isinstance(kind, str) or kind not in kinds or (allowed is not None and kind not in allowed):
            expected = sorted(allowed if allowed is not None else kinds)
            report.add(f"{pointer}/type", f"unsupported type: {kind}", type="enum", expected=expected)
            return
        kinds[kind](report, pointer, value)

    return check


def exactly_one(*names: str) -> Check:
    """Check that an object has exactly one of these fields."""

    def check(report: Report, pointer: str, value: Any) -> None:
        if sum(value.get(name) is not None for name in names) != 1:
            report.add(pointer, f"must define exactly one of: {', '.join(names)}", type="one_of", expected=list(names))

    return check
