"""The Web API, one family of methods per file; importing this package registers them all."""

from bot.playground.methods import (
    apps,
    auth,
    blocks,
    bots,
    chat,
    conversations,
    files,
    histories,
    pins,
    reactions,
    schedules,
    usergroups,
    users,
    views,
)

__all__ = [
    "apps",
    "auth",
    "blocks",
    "bots",
    "chat",
    "conversations",
    "files",
    "histories",
    "pins",
    "reactions",
    "schedules",
    "usergroups",
    "users",
    "views",
]
