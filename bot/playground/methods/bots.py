"""bots.info and team.info."""

from bot.playground.calls import Call, method
from bot.playground.errors import Json, SlackError
from bot.playground.limits import Tier
from bot.playground.users import CREATED


@method("bots.info", Tier.THREE, "users:read", required={"bot": "missing_argument"})
async def bots_info(call: Call) -> Json:
    """Describe a bot by its bot id."""
    for user in call.slack.workspace.users.values():
        if user.bot_id and user.bot_id == call.text("bot"):
            icons = {
                f"image_{size}": f"https://a.slack-edge.com/80588/img/plugins/app/bot_{size}.png"
                for size in (36, 48, 72)
            }
            shown = {"id": user.bot_id, "deleted": False, "name": user.real_name, "updated": CREATED}
            return {"bot": shown | {"app_id": user.app_id, "user_id": user.id, "icons": icons}}
    raise SlackError("bot_not_found")


@method("team.info", Tier.THREE, "team:read")
async def team_info(call: Call) -> Json:
    """Describe the workspace."""
    team = call.slack.workspace.team
    if call.has("team") and call.text("team") != team.id:
        raise SlackError("team_not_found")
    shown = {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": "acme.example"}
    return {"team": shown | {"url": f"{call.slack.base_url}/", "is_verified": False}}
