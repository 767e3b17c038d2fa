"""What Slack's error codes mean for whoever runs the bot: a sentence and its fix."""

from bot.errors import ChatError
from bot.slack.failures import NotUsable

_COPY_AGAIN = "Copy the token again from OAuth & Permissions, or reinstall the app."
_CREATE_ONE = "Create one under Basic Information → App-Level Tokens with the scope connections:write."

MEANINGS: dict[str, tuple[str, str]] = {
    "invalid_auth": ("Slack does not know this token.", _COPY_AGAIN),
    "not_authed": ("No token reached Slack.", _COPY_AGAIN),
    "token_revoked": ("The token was revoked.", "Reinstall the app and use its new token."),
    "token_expired": ("The token has expired.", "Switch token rotation off, or use a fresh token."),
    "account_inactive": ("The bot's user was removed from the workspace.", "Reinstall the app and use its new token."),
    "not_allowed_token_type": (
        "This kind of token may not do that.",
        "Bot tokens begin with xoxb-, app tokens with xapp-.",
    ),
    "missing_scope": ("The app lacks a permission.", "Compare it with `quarterdeck manifest`, then reinstall the app."),
    "plan_upgrade_required": (
        "User groups need a paid Slack plan.",
        "Name people by their user ids under `roles` instead of groups.",
    ),
    "group_not_found": ("There is no such user group.", "Check its handle in Slack → People → User groups."),
    "not_in_channel": ("The bot is not in that channel.", "Type /invite with the bot's name there."),
    "channel_not_found": (
        "There is no such channel, or it is private and the bot is not in it.",
        "Check the name, and type /invite with the bot's name in the channel.",
    ),
    "is_archived": ("That channel is archived.", "Name another channel, or bring it back."),
    "user_not_found": ("Slack does not know that person.", "Check the user id."),
    "msg_too_long": ("The message is too long for Slack.", "This is a defect of ours: please report it."),
    "ratelimited": ("Slack asked us to slow down.", "Nothing to do: it is tried again after the wait."),
    "unreachable": ("Slack could not be reached.", "Check the network, the proxy and `slack.base_url`."),
    "timeout": ("Slack did not answer in time.", "Nothing to do: it is looked at again."),
    "used_url": ("That private answer was used up (5 times).", "Type the command again."),
    "expired_url": ("That private answer has ended (30 minutes).", "Type the command again."),
    "expired_trigger_id": ("That click is older than 3 seconds.", "Click again."),
    "foreign_url": ("An answer was to go to a host that is not Slack's.", "Check `slack.base_url`."),
}


def explain(error: ChatError) -> tuple[str, str]:
    """What happened and what to do, for people; codes we do not know are shown as they are."""
    return MEANINGS.get(error.code, (f"Slack refused: {error.code}.", "Look the code up in Slack's documentation."))


_FATAL = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "token_revoked",
        "token_expired",
        "account_inactive",
        "not_allowed_token_type",
        "missing_scope",
        "access_denied",
        "forbidden_team",
        "no_permission",
        "missing_args",
        "is_bot",
    }
)


def fatal(error: ChatError, setting: str) -> NotUsable | None:
    """The same as an error that no retry mends, where it is one; `setting` names the configuration key to look at."""
    if error.code not in _FATAL:
        return None
    what, fix = explain(error)
    if setting == "slack.app_token":
        what, fix = "Slack does not accept the app-level token", _CREATE_ONE
    return NotUsable(error.code, what=f"{setting}: {what.rstrip('.')}", fix=fix)
