"""The door to YAML: text becomes a tree that knows its lines, or problems; bounded, without tags, merge keys or surprise types."""

import json
from collections.abc import Iterator
from dataclasses import replace

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from bot.config.nodes import Entry, Mapping, Mark, Node, Path, Scalar, Sequence, Value, dotted, value_of
from bot.config.problems import Problem, finding
from bot.config.syntax import Complaint, begins_earlier, explain, sayable
from bot.errors import ConfigError

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 32
MAX_NODES = 100_000

_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def loads(text: str, *, file: str = "text") -> Value:
    """The plain value of a YAML text (None for an empty one); raises ConfigError with every problem."""
    node, problems = parse(text, file=file)
    if problems:
        raise ConfigError(problems)
    return value_of(node) if node else None


def quoted(text: str) -> str:
    """The text as a YAML scalar that can only be read as this text."""
    return json.dumps(text, ensure_ascii=False)


def parse(text: str, *, file: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """The tree of one document (None where there is none, or it cannot be read) and every problem that was met."""
    if len(text) > MAX_CHARACTERS:
        return None, (Problem(file=file, problem=f"larger than {MAX_CHARACTERS:,} characters", hint="split it up"),)
    try:
        return _build(text, file, _FAST)
    except yaml.YAMLError:
        pass
    try:  # the slow parser says more about what it could not read
        return _build(text, file, yaml.SafeLoader)
    except yaml.YAMLError as error:
        return None, (_syntax_problem(error, text, file),)


def _build(text: str, file: str, loader: type) -> tuple[Node | None, tuple[Problem, ...]]:
    builder = _Builder(yaml.parse(text, Loader=loader), file)
    try:
        return builder.document(), tuple(builder.problems)
    except _TooMuchError as error:
        return None, (*builder.problems, error.problem)


class _TooMuchError(Exception):
    """The text cannot be understood further."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.problem)
        self.problem = problem


class _Builder:
    """Turns parser events into nodes; recursion is bounded by MAX_DEPTH."""

    def __init__(self, events: Iterator[Event], file: str) -> None:
        self._events = events
        self._file = file
        self._anchors: dict[str, Node | None] = {}  # None while the node is still open
        self._count = 0
        self.problems: list[Problem] = []

    def document(self) -> Node | None:
        root: Node | None = None
        for event in self._events:
            if not isinstance(event, DocumentStartEvent):
                continue
            if root is not None:
                raise self._stop(event, (), "a second document", "keep one document in the file: remove this `---`")
            root = self._node(next(self._events), ())
        return root

    def _node(self, event: Event, path: Path) -> Node:
        self._bound(event, path)
        if isinstance(event, AliasEvent):
            return self._alias(event, path)
        anchor = getattr(event, "anchor", None)
        if anchor:
            self._anchors[anchor] = None
        node = self._fresh(event, path)
        if anchor:
            self._anchors[anchor] = node
        return node

    def _fresh(self, event: Event, path: Path) -> Node:
        if tag := getattr(event, "tag", None):
            self._note(event, path, f"a tag (`{tag}`)", "remove it: types are not chosen by tags here")
        mark = _mark(event)
        if isinstance(event, MappingStartEvent):
            return Mapping(path=path, mark=mark, entries=self._entries(path))
        if isinstance(event, SequenceStartEvent):
            return Sequence(path=path, mark=mark, items=self._items(path))
        assert isinstance(event, ScalarEvent)
        plain = bool(event.implicit[0])
        return Scalar(path=path, mark=mark, written=event.value, text=event.value, plain=plain)

    def _items(self, path: Path) -> tuple[Node, ...]:
        items: list[Node] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return tuple(items)

    def _entries(self, path: Path) -> tuple[Entry, ...]:
        entries: dict[str, Entry] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._key(event, path)
            value = self._node(next(self._events), (*path, key))
            if key in entries:
                first = entries[key].mark.line
                self._note(event, (*path, key), f"duplicate key, first on line {first}", "keep one of the two")
            elif key == "<<":
                self._note(event, path, "merge keys (`<<`) are not part of YAML 1.2", "write the keys out")
            else:
                entries[key] = Entry(key=key, mark=_mark(event), value=value)
        return tuple(entries.values())

    def _key(self, event: Event, path: Path) -> str:
        node = self._node(event, path)
        if isinstance(node, Scalar) and node.text:
            return node.text
        raise self._stop(event, path, "a key has to be a word", "write `key: value`")

    def _alias(self, event: AliasEvent, path: Path) -> Node:
        anchor = event.anchor or ""
        name = sayable(anchor, dotted(path))
        if anchor not in self._anchors:
            hint = f'put it in quotes if you mean the text: "*{name}"'
            raise self._stop(event, path, f"`*{name}` refers to nothing", hint)
        node = self._anchors[anchor]
        if node is None:
            raise self._stop(event, path, f"`*{name}` contains itself", "write the value out")
        return self._moved(node, path, event)

    def _moved(self, node: Node, path: Path, event: Event) -> Node:
        self._bound(event, path)
        if isinstance(node, Mapping):
            entries = tuple(replace(e, value=self._moved(e.value, (*path, e.key), event)) for e in node.entries)
            return replace(node, path=path, entries=entries)
        if isinstance(node, Sequence):
            items = tuple(self._moved(item, (*path, index), event) for index, item in enumerate(node.items))
            return replace(node, path=path, items=items)
        return replace(node, path=path)

    def _bound(self, event: Event, path: Path) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            raise self._stop(event, (), f"more than {MAX_NODES:,} values (aliases count each time)", "make it smaller")
        if len(path) > MAX_DEPTH:
            raise self._stop(event, (), f"nested deeper than {MAX_DEPTH} levels", "make it flatter")

    def _problem(self, event: Event, path: Path, problem: str, hint: str) -> Problem:
        return finding(self._file, _mark(event), path, problem, hint)

    def _note(self, event: Event, path: Path, problem: str, hint: str) -> None:
        self.problems.append(self._problem(event, path, problem, hint))

    def _stop(self, event: Event, path: Path, problem: str, hint: str) -> _TooMuchError:
        return _TooMuchError(self._problem(event, path, problem, hint))


def _mark(event: Event) -> Mark:
    assert event.start_mark
    return Mark(line=event.start_mark.line + 1, column=event.start_mark.column + 1)


def _syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    if isinstance(error, yaml.reader.ReaderError):
        return _character_problem(error.position, text, file)
    assert isinstance(error, yaml.MarkedYAMLError)
    assert error.problem_mark
    lines = text.splitlines() or [""]
    mark = _in_text(error.problem_mark, lines)
    opening = _in_text(error.context_mark, lines) if error.context_mark else mark
    complaint = Complaint(
        problem=error.problem or "",
        context=error.context or "",
        line=lines[mark.line - 1],
        rest=lines[mark.line - 1][mark.column - 1 :],
        opening=lines[opening.line - 1][opening.column - 1 :],
        opening_line=lines[opening.line - 1],
        opened_at=opening.line,
    )
    return finding(file, opening if begins_earlier(complaint) else mark, (), *explain(complaint))


def _in_text(mark: yaml.Mark, lines: list[str]) -> Mark:
    """The parser counts from 0 and may stop one line after the last."""
    return Mark(line=min(mark.line + 1, len(lines)), column=mark.column + 1)


def _character_problem(position: int, text: str, file: str) -> Problem:
    before = text[:position]
    line, column = before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
    shown = f"U+{ord(text[position]):04X}" if position < len(text) else "a character"
    return Problem(file=file, line=line, column=column, problem=f"{shown} is not allowed in YAML", hint="delete it")
