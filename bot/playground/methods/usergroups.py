"""usergroups.list and usergroups.users.list."""

from bot.playground.calls import Call, method
from bot.playground.errors import Json, SlackError
from bot.playground.limits import Tier


@method("usergroups.list", Tier.TWO, "usergroups:read")
async def list_(call: Call) -> Json:
    """List the team's user groups."""
    groups = [
        group for group in call.slack.workspace.groups.values() if not group.disabled or call.flag("include_disabled")
    ]
    users, count = call.flag("include_users"), call.flag("include_count")
    return {"usergroups": [group.as_slack(call.slack.team_id, users=users, count=count) for group in groups]}


@method("usergroups.users.list", Tier.TWO, "usergroups:read", required={"usergroup": "no_such_subteam"})
async def members(call: Call) -> Json:
    """List a group's members."""
    group = call.slack.workspace.groups.get(call.text("usergroup"))
    if group is None or (group.disabled and not call.flag("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}
