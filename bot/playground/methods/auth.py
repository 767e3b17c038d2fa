"""api.test and auth.test."""

from bot.playground.calls import Call, method
from bot.playground.errors import Json, SlackError
from bot.playground.limits import Tier


@method("api.test", Tier.FOUR, bearer="none")
async def api_test(call: Call) -> Json:
    """Echo the arguments, or fail as asked."""
    if call.has("error"):
        raise SlackError(call.text("error"), args=call.args)
    return {"args": call.args} if call.args else {}


@method("auth.test", Tier.SPECIAL, bearer="any")
async def auth_test(call: Call) -> Json:
    """Say who the token is."""
    slack = call.slack
    team = slack.workspace.team
    who: Json = {"url": f"{slack.base_url}/", "team": team.name, "user": slack.bot.name, "team_id": team.id}
    return who | {"user_id": slack.bot.id, "bot_id": slack.app.bot_id, "is_enterprise_install": False}
