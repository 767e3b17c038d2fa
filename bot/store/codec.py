"""Frozen dataclasses to rows and back: scalars are columns, what has structure is JSON text."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache, lru_cache
from types import NoneType, UnionType
from typing import Any, Generic, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

from bot.store.tx import Row, Tx, Value

T = TypeVar("T")
Turn: TypeAlias = Callable[[Any], Any]

_written = json.JSONEncoder(separators=(",", ":")).encode  # made once: json.dumps makes another for each value
_read = json.JSONDecoder().decode

KNOWN = 512
"""How many rows of a kind are remembered as dataclasses: rows that read the same are the same frozen thing, made once."""
SHAPES = 8
"""In how many sets of columns a kind is read: all of them, a few, those of an older backup."""


class Codec(Generic[T]):
    """Turns one dataclass into a row and back.

    `flat` spreads a nested dataclass over columns of its own, with the given prefix; `absent` names integers whose 0 is stored as NULL.
    A column that a row lacks takes the field's default, so older rows stay readable.
    """

    def __init__(
        self, kind: type[T], *, flat: Mapping[str, str] | None = None, absent: frozenset[str] = frozenset()
    ) -> None:
        assert not hasattr(kind, "__post_init__"), f"{kind.__name__} would be read without its own check"
        self._kind = kind
        self._inner: list[tuple[str, str, Codec[Any]]] = []
        self._plain: list[tuple[str, Turn, Turn]] = []
        hints = get_type_hints(kind)
        for each in fields(kind):  # type: ignore[arg-type]  # T is a dataclass; Python has no bound that says so
            hint = hints[each.name]
            if each.name in (flat or {}):
                self._inner.append((each.name, (flat or {})[each.name], Codec(hint)))
            elif each.name in absent:
                self._plain.append((each.name, lambda value: value or None, lambda value: value or 0))
            else:
                self._plain.append((each.name, _to_column(hint), _from_column(hint)))
        read = self.reader("")

        def of(columns: tuple[str, ...]) -> Callable[[tuple[Value, ...]], T]:
            return lru_cache(maxsize=KNOWN)(lambda values: read(dict(zip(columns, values, strict=True))))

        self._of = lru_cache(maxsize=SHAPES)(of)

    @property
    def columns(self) -> tuple[str, ...]:
        """The column names, in the order of the fields."""
        inner = tuple(prefix + column for _, prefix, codec in self._inner for column in codec.columns)
        return inner + tuple(name for name, _, _ in self._plain)

    def row(self, thing: T) -> Row:
        """The dataclass as values that SQLite takes."""
        row: Row = {}
        self.fill(row, thing, "")
        return row

    def fill(self, row: Row, thing: object, prefix: str) -> None:
        """Add the columns of one more dataclass to a row, under names with that prefix."""
        values = thing.__dict__
        for name, turn, _ in self._plain:
            row[prefix + name] = values[name] if turn is _same else turn(values[name])
        for name, more, codec in self._inner:
            codec.fill(row, values[name], prefix + more)

    def thing(self, row: Mapping[str, Value]) -> T:
        """The dataclass of a row; columns that it does not know are left alone."""
        return self._of(tuple(row))(tuple(row.values()))

    def reader(self, prefix: str) -> Callable[[Mapping[str, Value]], T]:
        """A function that makes one of these from columns with that prefix; most columns are taken as they are, so those cost nothing more."""
        kind = self._kind
        as_is = [(name, prefix + name) for name, _, turn in self._plain if turn is _same]
        turned = [(name, prefix + name, turn) for name, _, turn in self._plain if turn is not _same]
        inner = [(name, codec.reader(prefix + more)) for name, more, codec in self._inner]
        every = len(self._plain) + len(inner)

        def read(row: Mapping[str, Value]) -> T:
            values: dict[str, Any] = {name: row[column] for name, column in as_is if column in row}
            for name, column, turn in turned:
                if column in row:
                    values[name] = turn(row[column])
            for name, part in inner:
                values[name] = part(row)
            if len(values) < every:  # the rest takes its defaults
                return kind(**values)
            thing = object.__new__(kind)
            thing.__dict__.update(values)  # what a frozen dataclass does field by field
            return thing

        return read

    def things(self, rows: list[Row]) -> tuple[T, ...]:
        """The dataclasses of many rows."""
        return tuple(map(self.thing, rows))

    def all(self, tx: Tx, sql: str, /, **params: Value) -> tuple[T, ...]:
        """The dataclasses of every row that a statement gives."""
        columns, rows = tx.table(sql, params)
        return tuple(map(self._of(columns), rows))

    def one(self, tx: Tx, sql: str, /, **params: Value) -> T | None:
        """The dataclass of the only row, or None; AssertionError where there are more."""
        found = self.all(tx, sql, **params)
        assert len(found) <= 1, f"one row was expected, not {len(found)}: {sql}"
        return found[0] if found else None

    def insert(self, table: str, *, without: frozenset[str] = frozenset(), then: str = "") -> str:
        """The statement that adds a row of this shape."""
        columns = [column for column in self.columns if column not in without]
        names, values = ", ".join(map(_quoted, columns)), ", ".join(f":{column}" for column in columns)
        return f"insert into {table} ({names}) values ({values}) {then}".rstrip()  # noqa: S608  # names of our own fields

    def update(self, table: str, *, where: str, without: frozenset[str] = frozenset()) -> str:
        """The statement that overwrites a row of this shape."""
        settings = ", ".join(f"{_quoted(column)} = :{column}" for column in self.columns if column not in without)
        return f"update {table} set {settings} where {where}"  # noqa: S608  # names of our own fields


def dumps(value: object, hint: object) -> str:
    """JSON text of a value with this type; always ASCII, so that half a surrogate pair survives."""
    return _written(_encoder_of(hint)(value))


def loads(text: str, hint: object) -> Any:
    """The value of this type that `dumps` wrote."""
    return _decoder_of(hint)(_read(text))


def clean(text: str) -> str:
    """Half a surrogate pair cannot be stored; it becomes the replacement character."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _quoted(column: str) -> str:
    return f'"{column}"'


def _same(value: Any) -> Any:
    return value


def _maybe(turn: Turn) -> Turn:
    return turn if turn is _same else lambda value: None if value is None else turn(value)


def _without_none(hint: object) -> tuple[Any, bool]:
    if get_origin(hint) not in {Union, UnionType}:
        return hint, False
    inner = [each for each in get_args(hint) if each is not NoneType]
    assert len(inner) == 1, f"only `X | None` can be stored, not {hint}"
    return inner[0], True


def _scalar(hint: Any) -> bool:
    return isinstance(hint, type) and (hint in {str, int, bool} or issubclass(hint, StrEnum))


def _to_column(hint: object) -> Turn:
    inner, optional = _without_none(hint)
    turn = _to_scalar(inner) if _scalar(inner) else _to_text(inner)
    return _maybe(turn) if optional else turn


def _to_scalar(hint: type) -> Turn:
    if hint is int:
        return _same
    if hint is str:
        return clean
    return int if hint is bool else str.__str__


def _to_text(hint: object) -> Turn:
    encode = _encoder(hint)
    return lambda value: _written(encode(value))


def _from_column(hint: object) -> Turn:
    inner, optional = _without_none(hint)
    turn = _from_scalar(inner) if _scalar(inner) else _from_text(inner)
    return _maybe(turn) if optional else turn


def _from_scalar(hint: type) -> Turn:
    return _same if hint in {str, int} else hint


def _from_text(hint: object) -> Turn:
    decode = _decoder(hint)
    return lambda text: decode(_read(text))


def _encoder(hint: object) -> Turn:
    inner, optional = _without_none(hint)
    turn = _inner_encoder(inner)
    return _maybe(turn) if optional else turn


def _inner_encoder(hint: Any) -> Turn:
    if is_dataclass(hint):
        return _dataclass_encoder(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin is tuple and args[-1] is Ellipsis:
        each = _encoder(args[0])
        return lambda values: [each(value) for value in values]
    if origin is tuple:
        turns = [_encoder(arg) for arg in args]
        return lambda values: [turn(value) for turn, value in zip(turns, values, strict=True)]
    if origin is frozenset:
        each = _encoder(args[0])
        return lambda values: sorted(each(value) for value in values)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        each = _encoder(args[1])
        return lambda values: {str(key): each(value) for key, value in values.items()}
    assert _scalar(hint), f"{hint} cannot be stored"
    return _same


@cache
def _encoder_of(hint: Any) -> Turn:
    return _encoder(hint)


@cache
def _decoder_of(hint: Any) -> Turn:
    return _decoder(hint)


def _dataclass_encoder(kind: Any) -> Turn:
    hints = get_type_hints(kind)
    turns = [(each.name, _encoder(hints[each.name])) for each in fields(kind)]
    return lambda thing: {name: turn(getattr(thing, name)) for name, turn in turns}


def _decoder(hint: object) -> Turn:
    inner, optional = _without_none(hint)
    turn = _inner_decoder(inner)
    return _maybe(turn) if optional else turn


def _inner_decoder(hint: Any) -> Turn:
    if is_dataclass(hint):
        return _dataclass_decoder(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin is tuple and args[-1] is Ellipsis:
        each = _decoder(args[0])
        return lambda values: tuple(each(value) for value in values)
    if origin is tuple:
        turns = [_decoder(arg) for arg in args]
        return lambda values: tuple(turn(value) for turn, value in zip(turns, values, strict=True))
    if origin is frozenset:
        each = _decoder(args[0])
        return lambda values: frozenset(each(value) for value in values)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        each = _decoder(args[1])
        return lambda values: {key: each(value) for key, value in values.items()}
    return _same if hint in {str, int, bool} else hint  # a StrEnum is its own decoder


def _dataclass_decoder(kind: Any) -> Turn:
    hints = get_type_hints(kind)
    turns = {each.name: _decoder(hints[each.name]) for each in fields(kind)}
    return lambda values: kind(**{name: turn(values[name]) for name, turn in turns.items() if name in values})
