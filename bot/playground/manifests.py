"""What Slack checks in an app manifest: the limits its documentation gives, as a list of problems with pointers."""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from bot.playground.errors import Json

COMMAND = re.compile(r"^/[a-z0-9_-]{1,31}$")
SECTIONS = {"_metadata", "display_information", "features", "oauth_config", "settings", "functions", "workflows"}
SECTIONS |= {
    "outgoing_domains",
    "types",
    "datatypes",
    "datastores",
    "events",
    "external_auth_providers",
    "icons",
    "metadata",
}


def _problem(pointer: str, message: str) -> Json:
    return {"code": "failed_constraint", "message": message, "pointer": pointer}


def _at_most(pointer: str, value: Any, most: int, *, required: bool = False) -> Iterator[Json]:
    if value is None:
        if required:
            yield _problem(pointer, "missing required field")
    elif not isinstance(value, str):
        yield _problem(pointer, "must provide a string")
    elif len(value) > most:
        yield _problem(pointer, f"must be less than {most + 1} characters")
    elif required and not value:
        yield _problem(pointer, "must be more than 0 characters")


def _entries(pointer: str, value: Any, most: int) -> tuple[list[Any], list[Json]]:
    if value is None:
        return [], []
    if not isinstance(value, list):
        return [], [_problem(pointer, "must provide an array")]
    if len(value) > most:
        return value, [_problem(pointer, f"no more than {most} items allowed")]
    return value, []


def _display(display: Any) -> Iterator[Json]:
    if not isinstance(display, dict):
        yield _problem("/display_information", "missing required field")
        return
    yield from _at_most("/display_information/name", display.get("name"), 35, required=True)
    yield from _at_most("/display_information/description", display.get("description"), 140)
    long = display.get("long_description")
    yield from _at_most("/display_information/long_description", long, 4000)
    if isinstance(long, str) and len(long) < 175:
        yield _problem("/display_information/long_description", "must be more than 174 characters")


def _commands(commands: Any, reserved: Collection[str]) -> Iterator[Json]:
    entries, problems = _entries("/features/slash_commands", commands, 50)
    yield from problems
    names = Counter(entry.get("command") for entry in entries if isinstance(entry, dict))
    for at, entry in enumerate(entries):
        yield from _command(f"/features/slash_commands/{at}", entry, names, reserved)


def _command(pointer: str, entry: Any, names: "Counter[Any]", reserved: Collection[str]) -> Iterator[Json]:
    if not isinstance(entry, dict):
        yield _problem(pointer, "must provide an object")
        return
    word = entry.get("command")
    if not isinstance(word, str) or not COMMAND.match(word):
        yield _problem(f"{pointer}/command", "must begin with / and have 1 to 31 of a-z, 0-9, - and _ after it")
    elif word in reserved:
        yield _problem(f"{pointer}/command", f"{word} is reserved by Slack")
    elif names[word] > 1:
        yield _problem(f"{pointer}/command", f"{word} is declared twice")
    yield from _at_most(f"{pointer}/description", entry.get("description"), 2000, required=True)
    yield from _at_most(f"{pointer}/usage_hint", entry.get("usage_hint"), 1000)


def _shortcuts(shortcuts: Any) -> Iterator[Json]:
    entries, problems = _entries("/features/shortcuts", shortcuts, 10)
    yield from problems
    for at, entry in enumerate(entries):
        pointer = f"/features/shortcuts/{at}"
        if not isinstance(entry, dict):
            yield _problem(pointer, "must provide an object")
            continue
        if entry.get("type") not in {"global", "message"}:
            yield _problem(f"{pointer}/type", "must be a valid enum value: global, message")
        for field, most in (("name", 24), ("callback_id", 255), ("description", 150)):
            yield from _at_most(f"{pointer}/{field}", entry.get(field), most, required=True)


def _scopes(oauth: Any, settings: Any) -> Iterator[Json]:
    scopes = oauth.get("scopes", {}) if isinstance(oauth, dict) else {}
    for kind in ("bot", "bot_optional", "user", "user_optional"):
        yield from _entries(f"/oauth_config/scopes/{kind}", scopes.get(kind), 255)[1]
    subscriptions = settings.get("event_subscriptions", {}) if isinstance(settings, dict) else {}
    yield from _entries("/settings/event_subscriptions/bot_events", subscriptions.get("bot_events"), 100)[1]


def manifest_problems(manifest: Any, reserved: Collection[str]) -> list[Json]:
    """Return every problem (`code`, `message`, `pointer`) that makes Slack refuse `manifest`; `reserved` are its own commands."""
    if not isinstance(manifest, dict):
        return [_problem("", "must provide an object")]
    features = manifest.get("features", {})
    features = features if isinstance(features, dict) else {}
    found = [_problem(f"/{key}", f"invalid additional property: {key}") for key in manifest if key not in SECTIONS]
    found += _display(manifest.get("display_information"))
    bot_user = features.get("bot_user") or {}
    found += _at_most("/features/bot_user/display_name", bot_user.get("display_name"), 80, required=bool(bot_user))
    found += _commands(features.get("slash_commands"), reserved)
    found += _shortcuts(features.get("shortcuts"))
    found += _scopes(manifest.get("oauth_config"), manifest.get("settings"))
    return found
