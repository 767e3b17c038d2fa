"""The house stands as drawn: floors, doors, sizes."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS: dict[str, int] = {
    "bot.domain": 0, "bot.errors": 1, "bot.config": 2, "bot.ports": 3,
    "bot.store": 10, "bot.views": 10,
    "bot.commanding": 20, "bot.engine": 21,
    "commands": 30, "integrations": 30,
    "bot.slack": 40, "bot.web": 40, "bot.schedule": 40,
    "bot.logs": 45, "bot.situation": 45, "bot.discovering": 45, "bot.sinks": 46, "bot.guaranteeing": 47, "bot.rehearsing": 47,
    "bot.examining": 48, "bot.streaming": 48, "bot.keeping": 48, "bot.app": 50, "bot.cli": 60,
}  # fmt: skip
DOORS = {
    "yaml": ("bot.config",),
    "sqlite_utils": ("bot.store",),
    "sqlite3": ("bot.store",),
    "slack_bolt": ("bot.slack",),
    "slack_sdk": ("bot.slack",),
    "aiohttp": ("bot.web", "bot.slack", "bot.playground"),
    "apscheduler": ("bot.schedule",),
    "httpx": ("integrations._http",),
}


def modules() -> Iterator[tuple[str, Path]]:
    for package in ("bot", "commands", "integrations"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            yield name, path


def imports(path: Path, name: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(name: str) -> str | None:
    return max((known for known in FLOORS if name == known or name.startswith(known + ".")), key=len, default=None)


MODULES = dict(modules())


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_down(name: str) -> None:
    """A room imports from its own floor's inside and from floors below, never sideways or up."""
    own = room(name)
    for imported in imports(MODULES[name], name):
        theirs = room(imported)
        if name.startswith("bot.playground"):
            assert not imported.startswith(("bot", "commands", "integrations")) or imported.startswith(
                "bot.playground"
            ), f"the playground imports only itself, not {imported}"
        if theirs is None or own is None or own == theirs:
            continue
        assert FLOORS[theirs] < FLOORS[own], f"{name} may not import {imported}"
    if own is not None and not name.startswith("bot.cli"):
        assert not any(imported.startswith("bot.playground") for imported in imports(MODULES[name], name))


@pytest.mark.parametrize("name", MODULES)
def test_doors(name: str) -> None:
    """Each dependency comes in through one door."""
    for imported in imports(MODULES[name], name):
        doors = DOORS.get(imported.split(".")[0])
        if doors:
            assert name.startswith(doors), f"{name} imports {imported}; its door is {doors}"


@pytest.mark.parametrize("folder", ["commands", "integrations"])
def test_neighbours_are_strangers(folder: str) -> None:
    """A command or an integration never leans on a sibling; private files excepted."""
    for name, path in MODULES.items():
        parts = name.split(".")
        if parts[0] != folder or len(parts) < 2:
            continue
        for imported in imports(path, name):
            theirs = imported.split(".")
            if theirs[0] == folder and len(theirs) > 1 and theirs[1] != parts[1]:
                assert theirs[1].startswith("_"), f"{name} imports its neighbour {imported}"


@pytest.mark.parametrize("name", MODULES)
def test_sizes_and_first_sentence(name: str) -> None:
    """Files stay under 450 lines, functions under 60, and every module says what it is."""
    text = MODULES[name].read_text()
    tree = ast.parse(text)
    assert ast.get_docstring(tree), f"{name} opens with one sentence"
    assert text.count("\n") <= 450, f"{name} is too long: split it along its nouns"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 60, f"{name}.{node.name} has {length} lines"


def test_the_pure_floors_have_no_clock_and_no_chance() -> None:
    """Time and randomness are arguments on the pure floors."""
    banned = {"time", "random", "uuid", "secrets", "asyncio", "threading", "socket", "os", "subprocess"}
    for name, path in MODULES.items():
        if name.startswith(("bot.domain", "bot.views")):
            found = banned & {imported.split(".")[0] for imported in imports(path, name)}
            assert not found, f"{name} imports {found}"


def test_no_shell_anywhere() -> None:
    """Programs are started by argv; a shell never reads what a person typed."""
    for name, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "shell":
                assert isinstance(node.value, ast.Constant), name
                assert node.value.value is False, name
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"create_subprocess_shell", "system", "popen"}, f"{name} uses {node.attr}"
