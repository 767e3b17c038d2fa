"""Which permissions and events we ask Slack for, each with its reason: the manifest, the docs and doctor read this table."""

SCOPES: dict[str, str] = {
    "app_mentions:read": "hear `@bot deploy …`, also in threads",
    "channels:read": "see whether a public channel exists, is shared or archived, and whether the bot is in it",
    "chat:write": "post cards and answers",
    "chat:write.public": "post a service's card in a public channel without an invitation",
    "commands": "receive slash commands and shortcuts",
    "groups:read": "the same as channels:read, for private channels that the bot is in",
    "im:history": "hear what is said to the bot in a direct message",
    "im:write": "open a direct message to the person who asked",
    "metadata.message:read": "recognise our own messages by the key that each carries",
    "usergroups:read": "know who is in the user groups that `roles` name",
    "users:read": "know guests, strangers, bots and deactivated people, who may change nothing",
    "users:read.email": "match people with the authors of commits",
}

OPTIONAL_SCOPES: dict[str, str] = {
    "channels:history": "find our own message again when Slack's answer to a post was lost; without it a message may come twice",
    "groups:history": "the same in private channels that the bot is in",
}

EVENTS: dict[str, str] = {
    "app_home_opened": "show the Home tab",
    "app_mention": "hear `@bot deploy …`",
    "channel_archive": "a channel can no longer be posted to",
    "channel_id_changed": "a private channel gets a new id when it is shared",
    "channel_rename": "channels are configured by name",
    "channel_shared": "in channels shared with other workspaces the bot only reads",
    "channel_unarchive": "an archived channel came back",
    "channel_unshared": "a channel is ours alone again",
    "group_archive": "the same for private channels",
    "group_rename": "the same for private channels",
    "group_unarchive": "the same for private channels",
    "member_joined_channel": "say hello when somebody invites the bot",
    "message.im": "hear direct messages",
    "subteam_members_changed": "rights follow user groups",
    "subteam_updated": "a user group was renamed or disabled",
    "team_join": "a new colleague, or one who came back",
    "user_change": "somebody became a guest or was deactivated",
}

APP_LEVEL_SCOPES = ("connections:write",)


def missing_scopes(granted: frozenset[str]) -> tuple[str, ...]:
    """What we need and were not granted, sorted."""
    return tuple(sorted(SCOPES.keys() - granted))


def missing_optional_scopes(granted: frozenset[str]) -> tuple[str, ...]:
    """What would help and was not granted, sorted."""
    return tuple(sorted(OPTIONAL_SCOPES.keys() - granted))


def surplus_scopes(granted: frozenset[str]) -> tuple[str, ...]:
    """What was granted and is not used: a stolen token could do this too. Sorted."""
    return tuple(sorted(granted - SCOPES.keys() - OPTIONAL_SCOPES.keys()))
