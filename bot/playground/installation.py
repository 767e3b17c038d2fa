"""The app that lives in the workspace: its tokens, scopes, commands, shortcuts and event subscriptions."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.playground.errors import Json, PlaygroundError
from bot.playground.manifests import manifest_problems

DEFAULT_SCOPES = (
    "app_mentions:read",
    "bookmarks:write",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "chat:write.customize",
    "chat:write.public",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "links:read",
    "links:write",
    "metadata.message:read",
    "mpim:history",
    "mpim:read",
    "mpim:write",
    "pins:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "users:read",
    "users:read.email",
)


@dataclass(frozen=True, kw_only=True)
class SlashCommand:
    """A command of the app; `escape` is `should_escape`."""

    command: str
    description: str = ""
    usage_hint: str = ""
    escape: bool = True

    def as_page(self) -> Json:
        """Return the command as the page's completion shows it."""
        return {"command": self.command, "usage_hint": self.usage_hint, "description": self.description}


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """A shortcut of the app: `kind` is `global` or `message`."""

    name: str
    kind: str
    callback_id: str
    description: str = ""

    def as_page(self) -> Json:
        """Return the shortcut as the page's menus show it."""
        shown = {"name": self.name, "type": self.kind, "callback_id": self.callback_id}
        return shown | {"description": self.description}


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What the app authenticates with; the values never appear in the journal."""

    bot: str
    app: str
    signing_secret: str
    verification: str

    def __repr__(self) -> str:
        return "Tokens(…)"


@dataclass(frozen=True, kw_only=True)
class Installation:
    """The installed app. `commands`, `shortcuts` and `events` None: any command, shortcut and event is the app's."""

    app_id: str
    bot_user: str
    bot_id: str
    name: str = "Quarterdeck"
    scopes: tuple[str, ...] = DEFAULT_SCOPES
    commands: tuple[SlashCommand, ...] | None = None
    shortcuts: tuple[Shortcut, ...] | None = None
    events: tuple[str, ...] | None = None
    home: bool = True
    messages: bool = True
    interactive: bool = True

    def command(self, word: str) -> SlashCommand | None:
        """Return the app's command `word` (with its slash), or None when Slack would not know it."""
        if self.commands is None:
            return None if word in RESERVED else SlashCommand(command=word)
        return next((command for command in self.commands if command.command == word), None)

    def shortcut(self, callback_id: str) -> Shortcut | None:
        """Return the app's shortcut with this callback id."""
        if self.shortcuts is None:
            return Shortcut(name=callback_id, kind="any", callback_id=callback_id)
        return next((shortcut for shortcut in self.shortcuts if shortcut.callback_id == callback_id), None)

    def wants(self, event: str) -> bool:
        """Tell whether the app subscribed to `event`, in the manifest's words (`message.im`, `app_mention`)."""
        return self.events is None or event in self.events

    def has(self, scope: str) -> bool:
        """Tell whether the bot token carries `scope`."""
        return scope in self.scopes


# fmt: off
RESERVED = frozenset({
    "/away", "/call", "/collapse", "/dnd", "/expand", "/feed", "/invite", "/join", "/kick", "/leave", "/me",
    "/mute", "/msg", "/open", "/pro", "/remind", "/rename", "/remove", "/search", "/shortcuts", "/shrug",
    "/star", "/status", "/topic", "/who",
})
# fmt: on


def from_manifest(manifest: Json, base: Installation) -> Installation:
    """Return the installation a manifest describes; PlaygroundError lists everything Slack would refuse."""
    problems = manifest_problems(manifest, RESERVED)
    if problems:
        listed = "; ".join(f"{problem['pointer']}: {problem['message']}" for problem in problems)
        raise PlaygroundError(f"Slack would refuse this manifest: {listed}")
    features = manifest.get("features", {})
    settings = manifest.get("settings", {})
    scopes = manifest.get("oauth_config", {}).get("scopes", {})
    home = features.get("app_home", {})
    return Installation(
        app_id=base.app_id,
        bot_user=base.bot_user,
        bot_id=base.bot_id,
        name=features.get("bot_user", {}).get("display_name") or manifest["display_information"]["name"],
        scopes=tuple(sorted({*scopes.get("bot", []), *scopes.get("bot_optional", [])})),
        commands=tuple(_command(command) for command in features.get("slash_commands", [])),
        shortcuts=tuple(_shortcut(shortcut) for shortcut in features.get("shortcuts", [])),
        events=tuple(_events(settings)),
        home=bool(home.get("home_tab_enabled")),
        messages=bool(home.get("messages_tab_enabled", True)),
        interactive=bool(settings.get("interactivity", {}).get("is_enabled")),
    )


def _command(command: Json) -> SlashCommand:
    return SlashCommand(
        command=command["command"],
        description=command.get("description", ""),
        usage_hint=command.get("usage_hint", ""),
        escape=bool(command.get("should_escape")),
    )


def _shortcut(shortcut: Json) -> Shortcut:
    return Shortcut(
        name=shortcut["name"],
        kind=shortcut["type"],
        callback_id=shortcut["callback_id"],
        description=shortcut.get("description", ""),
    )


def _events(settings: Json) -> Iterable[str]:
    events: list[str] = settings.get("event_subscriptions", {}).get("bot_events", [])
    return events
