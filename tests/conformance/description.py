"""An OpenAPI description that says of a request and its answer in what they are not as described."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

HOME = "urn:description"
LONG = frozenset({"ref", "basehead", "path"})
"""Parts of an address that may have slashes in them."""

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_COMBINED = ("allOf", "anyOf", "oneOf")


def _nullable(keyword: str) -> Callable[..., Iterator[Any]]:
    """OpenAPI 3.0 writes `nullable` where JSON Schema has the type null."""
    strict = Draft202012Validator.VALIDATORS[keyword]

    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if instance is None and schema.get("nullable") is True:
            return
        yield from strict(validator, value, instance, schema) or ()

    return check


Validator = extend(
    Draft202012Validator, {keyword: _nullable(keyword) for keyword in ("type", "enum", *_COMBINED, "$ref")}
)


@dataclass(frozen=True)
class Description:
    """The description in a file."""

    file: Path
    patterns: dict[str, re.Pattern[str]] = field(default_factory=dict)

    @cached_property
    def whole(self) -> dict[str, Any]:
        """As it was written."""
        return json.loads(self.file.read_text(encoding="utf-8"))  # type: ignore[no-any-return]

    def operation(self, method: str, path: str) -> tuple[str, Mapping[str, Any]] | None:
        """What describes a request: of several addresses that fit, the one with the fewest open parts, and of those the longest."""
        fitting = [each for each in self.whole["paths"] if self._pattern(each).fullmatch(path)]
        for name in sorted(fitting, key=lambda each: (each.count("{"), -len(each))):
            if method.lower() in self.whole["paths"][name].keys() & _METHODS:
                return name, self.whole["paths"][name][method.lower()]
        return None

    def of_request(self, operation: Mapping[str, Any], query: Mapping[str, str], body: Any) -> Iterator[str]:
        """Unknown parameters, wrong values, unknown or missing keys of the body."""
        known = {
            each["name"]: each for each in map(self.found, operation.get("parameters", ())) if each["in"] == "query"
        }
        for name, value in query.items():
            if name not in known:
                yield f"no parameter {name}"
            else:
                number = self.found(known[name]["schema"]).get("type") == "integer"
                yield from self.wrong(known[name]["schema"], int(value) if number else value, name)
        if body is not None:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            yield from self.wrong(schema, body, "body")
            yield from (f"the body has no {name}" for name in self.unknown(schema, body))

    def of_answer(self, operation: Mapping[str, Any], status: int, content: Any) -> Iterator[str]:
        """A status that is not described, wrong values, unknown keys.

        A fake leaves out what nobody reads: that is taken from the official example, and where that lacks it too nobody is blamed.
        """
        if str(status) not in operation["responses"]:
            # Errors that each operation may have are described for few of them.
            if status not in {401, 403, 404, 409, 422}:
                yield f"no status {status}"
            return
        described = self.found(operation["responses"][str(status)]).get("content", {}).get("application/json")
        if described is None or content is None:
            return
        examples = [self.found(each) for each in described.get("examples", {}).values()]
        whole = filled(content, examples[0]["value"]) if examples else content
        yield from self.wrong(described["schema"], whole, "answer", needed=False)
        yield from (f"the answer has no {name}" for name in self.unknown(described["schema"], content))

    def found(self, thing: Any) -> Any:
        """What a reference leads to; anything else as it is."""
        while isinstance(thing, dict) and "$ref" in thing:
            place: Any = self.whole
            for part in thing["$ref"].removeprefix("#/").split("/"):
                place = place[part.replace("~1", "/").replace("~0", "~")]
            thing = place
        return thing

    def wrong(self, schema: Any, value: Any, what: str, *, needed: bool = True) -> Iterator[str]:
        """In what a value is not as its schema says; `needed`: also that something is missing."""
        home = {"$id": HOME, "components": self.whole["components"], "check": schema}
        registry = Registry().with_resource(HOME, DRAFT202012.create_resource(home))
        for error in Validator({"$ref": f"{HOME}#/check"}, registry=registry).iter_errors(value):
            if needed or error.validator != "required":
                yield f"{what} {error.json_path}: {error.message[:200]}"

    def unknown(self, schema: Any, value: Any, at: str = "") -> Iterator[str]:
        """Keys that no part of the schema has; objects with any keys at all are passed over."""
        parts = list(self._parts(schema))
        if isinstance(value, list):
            items = [part["items"] for part in parts if "items" in part]
            for each in value if items else ():
                yield from self.unknown({"anyOf": items}, each, f"{at}[]")
        if not isinstance(value, dict) or any(part.get("additionalProperties") for part in parts):
            return
        known: dict[str, list[Any]] = {}
        for part in parts:
            for name, inner in part.get("properties", {}).items():
                known.setdefault(name, []).append(inner)
        for name, inner in value.items() if known else ():
            if name not in known:
                yield f"{at}.{name}"
            else:
                yield from self.unknown({"anyOf": known[name]}, inner, f"{at}.{name}")

    def _parts(self, schema: Any) -> Iterator[Mapping[str, Any]]:
        schema = self.found(schema)
        yield schema
        for keyword in _COMBINED:
            for each in schema.get(keyword, ()):
                yield from self._parts(each)

    def _pattern(self, path: str) -> re.Pattern[str]:
        if path not in self.patterns:
            parts = re.split(r"(\{[^}]+\})", path)
            regex = "".join(
                (".+" if part[1:-1] in LONG else "[^/]+") if part.startswith("{") else re.escape(part) for part in parts
            )
            self.patterns[path] = re.compile(regex)
        return self.patterns[path]


def filled(ours: Any, example: Any) -> Any:
    """Ours, with what it lacks from the example; our lists keep their length."""
    if isinstance(ours, dict) and isinstance(example, dict):
        return {**example, **{name: filled(value, example.get(name)) for name, value in ours.items()}}
    if isinstance(ours, list) and isinstance(example, list) and example:
        return [filled(each, example[0]) for each in ours]
    return ours
