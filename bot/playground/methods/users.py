"""users.info, users.list and users.lookupByEmail."""

from bot.playground.calls import Call, method
from bot.playground.errors import Json, SlackError
from bot.playground.limits import Tier
from bot.playground.users import CREATED, User

MOST_UNPAGED = 1000


def _shown(call: Call, user: User) -> Json:
    stranger = call.slack.workspace.is_stranger(user, call.slack.app.bot_user)
    shown = user.as_slack(email=call.slack.app.has("users:read.email"), stranger=stranger)
    return shown | ({"locale": "en-US"} if call.flag("include_locale") else {})


@method("users.info", Tier.FOUR, "users:read", required={"user": "user_not_found"})
async def info(call: Call) -> Json:
    """Describe a person."""
    return {"user": _shown(call, call.user())}


@method("users.list", Tier.TWO, "users:read")
async def list_(call: Call) -> Json:
    """List everyone of the team, and people of other teams the app shares a channel with."""
    workspace, bot = call.slack.workspace, call.slack.app.bot_user
    known = [user for user in workspace.users.values() if not workspace.is_stranger(user, bot)]
    page, cursor = call.page(known, default=MOST_UNPAGED)
    members = [_shown(call, user) for user in page]
    return {"members": members, "cache_ts": CREATED, "response_metadata": {"next_cursor": cursor}}


@method("users.lookupByEmail", Tier.THREE, "users:read.email", required={"email": "users_not_found"})
async def by_email(call: Call) -> Json:
    """Find an active person by address."""
    for user in call.slack.workspace.users.values():
        if user.email == call.text("email").lower() and user.is_human:
            return {"user": _shown(call, user)}
    raise SlackError("users_not_found")
