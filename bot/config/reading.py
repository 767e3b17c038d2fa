"""Sections read from nodes: every mistake becomes a problem with its line, and a broken section hides no other."""

import json
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, to_jsonable_python

from bot.config.complaints import phrase
from bot.config.later import is_later
from bot.config.nodes import (
    Mapping,
    Mark,
    Node,
    Path,
    Scalar,
    Sequence,
    Value,
    find,
    is_null,
    resolve,
    value_of,
)
from bot.config.problems import Problem, finding, known_words
from bot.config.syntax import comment_trap

M = TypeVar("M", bound=BaseModel)

_RESOLVED_LATER = frozenset({"int_type", "int_parsing", "int_from_float", "float_type", "bool_type"})


@dataclass(kw_only=True)
class Reader:
    """One file being read: its tree, its lines, and what was found so far."""

    file: str
    tree: Node
    lines: tuple[str, ...] = field(repr=False)
    directory: FilePath
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def at(self, path: Path, problem: str, hint: str = "") -> Problem:
        """A finding about the deepest key or item that exists on the way to `path`."""
        node, mark = find(self.tree, path)
        if isinstance(node, Scalar) and node.path == path and not is_null(node):
            mark = node.mark
        return self._problem(mark, path, problem, hint)

    def key(self, path: Path, problem: str, hint: str = "") -> Problem:
        """A finding about a key itself."""
        return self._problem(find(self.tree, path)[1], path, problem, hint)

    def section(self, model: type[M], node: Node, *, extra_keys: tuple[str, ...] = ()) -> M | None:
        """The validated section, or None after its problems were noted; `extra_keys` are known, but read elsewhere."""
        before = len(self.problems)
        if not isinstance(node, Mapping):
            self.problems.append(self._no_mapping(node))
            return None
        rest = self._without_nulls(node.without(*extra_keys))
        overrides: dict[Path, Value] = {}
        while True:  # each round repairs at least one more word, or ends
            try:
                found = model.model_validate_json(
                    json.dumps(_defaults_to_check(model, rest) | _table(rest, overrides)),
                    strict=True,
                    extra="forbid",
                    context={"directory": self.directory},
                )
            except ValidationError as error:
                details = error.errors(include_url=False, include_input=False)
            else:
                return found if len(self.problems) == before else None
            if not _repair(details, rest, overrides):
                break
        self.problems += [self._translated(detail, rest, model, extra_keys) for detail in details]
        return None

    def entries(self, node: Node | None) -> tuple[tuple[str, Node], ...]:
        """The named sections of a mapping, each with its node; a wrong shape is noted."""
        if node is None:
            return ()
        if not isinstance(node, Mapping):
            self.problems.append(self._no_mapping(node))
            return ()
        return tuple((entry.key, entry.value) for entry in node.entries)

    def _problem(self, mark: Mark, path: Path, problem: str, hint: str) -> Problem:
        return finding(self.file, mark, path, problem, hint)

    def _no_mapping(self, node: Node) -> Problem:
        if is_null(node):
            return self._null(node)
        return self.at(node.path, *phrase("dict_type", "", {}, None))

    def _null(self, node: Node) -> Problem:
        mark = find(self.tree, node.path)[1]
        line = self.lines[mark.line - 1]
        if word := comment_trap(line[mark.column - 1 :], line):
            return self._problem(
                mark, node.path, "has no value: `#` starts a comment here", f"write `{word}` (the # is not needed)"
            )
        return self._problem(mark, node.path, "has no value", "write one, or remove the key")

    def _without_nulls(self, node: Node) -> Any:
        """The same node; each key or item that holds nothing is noted and left out."""
        if isinstance(node, Mapping):
            self.problems += [self._null(entry.value) for entry in node.entries if is_null(entry.value)]
            kept = [e for e in node.entries if not is_null(e.value)]
            filled = tuple(type(e)(key=e.key, mark=e.mark, value=self._without_nulls(e.value)) for e in kept)
            return Mapping(path=node.path, mark=node.mark, entries=filled)
        if isinstance(node, Sequence):
            self.problems += [self._null(item) for item in node.items if is_null(item)]
            items = tuple(self._without_nulls(item) for item in node.items if not is_null(item))
            return Sequence(path=node.path, mark=node.mark, items=items)
        return node

    def _translated(
        self, detail: ErrorDetails, node: Mapping, model: type[BaseModel], extra: tuple[str, ...]
    ) -> Problem:
        loc, kind = detail["loc"], detail["type"]
        found = _deepest(node, loc)
        if kind == "missing":
            return self._missing(found, str(loc[-1]), model, loc)
        if kind == "extra_forbidden":
            return self._unknown_key(found, (*_field_names(model, loc[:-1]), *extra))
        value = value_of(found) if isinstance(found, Scalar) else None
        return self.at(found.path, *phrase(kind, detail["msg"], detail.get("ctx", {}), value))

    def _missing(self, parent: Node, key: str, model: type[BaseModel], loc: Path) -> Problem:
        owner = _model_at(model, loc[:-1])
        help_text = (owner.model_fields[key].description or "") if owner and key in owner.model_fields else ""
        return self.key(
            parent.path,
            f"`{key}` is missing",
            f"add {key}: … ({_first_sentence(help_text)})" if help_text else f"add {key}: …",
        )

    def _unknown_key(self, found: Node, known: tuple[str, ...]) -> Problem:
        key = str(found.path[-1])
        if is_later(found.path):
            return self.key(found.path, "not in this version", f"remove `{key}`: this version would not act on it")
        return self.key(found.path, "unknown key", known_words(key, known))


def _first_sentence(text: str) -> str:
    return text.split(". ", maxsplit=1)[0].rstrip(".")


def _defaults_to_check(model: type[BaseModel], node: Mapping) -> dict[str, Any]:
    """Defaults that a model wants validated, as JSON: pydantic would look at the Python object and refuse a Path as no text."""
    absent = {name: setting for name, setting in model.model_fields.items() if node.get(name) is None}
    return {name: to_jsonable_python(setting.default) for name, setting in absent.items() if setting.validate_default}


def _table(node: Mapping, overrides: Table[Path, Value]) -> dict[str, Value]:
    return {entry.key: _data(entry.value, overrides) for entry in node.entries}


def _data(node: Node, overrides: Table[Path, Value]) -> Value:
    if isinstance(node, Mapping):
        return dict(_table(node, overrides))
    if isinstance(node, Sequence):
        return [_data(item, overrides) for item in node.items]
    return overrides.get(node.path, value_of(node))


def _deepest(node: Node, loc: Path) -> Node:
    """The node that an error is about; parts of `loc` that name a branch of a union lead nowhere and are skipped."""
    for part in loc:
        if isinstance(node, Mapping):
            node = node.get(part) or node
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
    return node


def _repair(details: list[ErrorDetails], node: Node, overrides: dict[Path, Value]) -> bool:
    """Where text is expected a number stays as written (1.10); where a number is expected, a `${…}` may hold it."""
    repaired = False
    for detail in details:
        found = _deepest(node, detail["loc"])
        if not isinstance(found, Scalar) or found.path in overrides:
            continue
        value = value_of(found)
        if detail["type"] == "string_type" and isinstance(value, int | float) and not isinstance(value, bool):
            overrides[found.path] = found.text
        elif detail["type"] in _RESOLVED_LATER and found.sources and not isinstance(resolve(found.text), str):
            overrides[found.path] = resolve(found.text)
        repaired = repaired or found.path in overrides
    return repaired


def _field_names(model: type[BaseModel], loc: Path) -> tuple[str, ...]:
    owner = _model_at(model, loc)
    return tuple(owner.model_fields) if owner else ()


def _model_at(model: type[BaseModel], loc: Path) -> type[BaseModel] | None:
    """The model that describes the mapping at `loc`, as far as annotations tell."""
    current: type[BaseModel] | None = model
    for part in loc:
        if current and isinstance(part, str) and part in current.model_fields:
            current = _inner_model(current.model_fields[part].annotation)
    return current


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _inner_model(part))), None)
