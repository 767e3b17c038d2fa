"""Keys of rooms that are not built yet: refused by name, so that nobody relies on a rule that does not hold."""

LATER: dict[tuple[str, ...], frozenset[str]] = {
    (): frozenset({"include", "templates", "floor", "alerts", "oncall", "incidents", "runbooks"}),
    ("services", "*"): frozenset({"mode", "template", "freezes"}),
    ("services", "*", "environments", "*"): frozenset({"mode"}),
    ("environments", "*"): frozenset({"mode"}),
    ("freezes", "*"): frozenset({"calendar", "warn"}),
    ("teams", "*"): frozenset({"leads", "oncall", "digests"}),
    ("roles", "*"): frozenset({"approvals"}),
    ("retention",): frozenset({"alerts", "audit", "logs"}),
}
"""Where (with `*` for any name) → the keys."""


def is_later(path: tuple[str | int, ...]) -> bool:
    """True for the path of a key that a later version will have."""
    *parents, key = path
    return any(key in keys and _matches(tuple(parents), where) for where, keys in LATER.items())


def _matches(path: tuple[str | int, ...], where: tuple[str, ...]) -> bool:
    return len(path) == len(where) and all(part in {"*", step} for part, step in zip(where, path, strict=True))
