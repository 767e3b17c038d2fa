"""conversations.*: finding, describing, opening, joining and leaving channels; users.conversations."""

from bot.playground import posting
from bot.playground.calls import Call, method
from bot.playground.channels import FAMILY, Channel, ChannelKind
from bot.playground.content import reachable
from bot.playground.errors import Json, SlackError
from bot.playground.limits import Tier
from bot.playground.users import UserKind

MOST_IN_GROUP = 8
CHANNEL = {"channel": "channel_not_found"}


def _kinds(call: Call) -> set[ChannelKind]:
    names = call.listed("types") or ["public_channel"]
    if any(name not in set(ChannelKind) for name in names):
        raise SlackError("invalid_types")
    kinds = {ChannelKind(name) for name in names}
    for kind in sorted(kinds):
        call.need(f"{FAMILY[kind]}:read")
    return kinds


def _list(call: Call, channels: list[Channel], viewer: str) -> Json:
    kinds = _kinds(call)
    if call.has("limit") and not 0 <= call.whole("limit", 0) <= 1000:
        raise SlackError("invalid_limit")
    hidden = call.flag("exclude_archived")
    wanted = [c for c in channels if c.kind in kinds and not (hidden and c.is_archived)]
    page, cursor = call.page(wanted)
    shown = [channel.as_slack(viewer, call.slack.team_id, members=True) for channel in page]
    return {"channels": shown, "response_metadata": {"next_cursor": cursor}}


@method("conversations.list", Tier.TWO)
async def list_(call: Call) -> Json:
    """List public channels, and others the app is in."""
    visible = [channel for channel in call.slack.workspace.channels.values() if call.sees(channel)]
    return _list(call, visible, call.slack.app.bot_user)


@method("users.conversations", Tier.TWO)
async def of_user(call: Call) -> Json:
    """List the channels a user (by default the app) is a member of, as far as the app may know."""
    user = call.text("user") or call.slack.app.bot_user
    theirs = [c for c in call.slack.workspace.channels.values() if call.sees(c) and user in c.members]
    listed = _list(call, theirs, user)
    for channel in listed["channels"]:
        channel.pop("is_member", None)
        channel.pop("num_members", None)
    return listed


@method("conversations.info", Tier.THREE, required=CHANNEL)
async def info(call: Call) -> Json:
    """Describe a channel."""
    channel = call.channel()
    call.need_for(channel, "read")
    viewer = call.slack.app.bot_user
    return {"channel": channel.as_slack(viewer, call.slack.team_id, members=call.flag("include_num_members"))}


@method("conversations.members", Tier.FOUR, required=CHANNEL)
async def members(call: Call) -> Json:
    """List a channel's members."""
    channel = call.channel()
    call.need_for(channel, "read")
    page, cursor = call.page(channel.members)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


@method("conversations.open", Tier.THREE)
async def open_(call: Call) -> Json:
    """Open a direct message with one user, or a group one with up to eight."""
    workspace, bot = call.slack.workspace, call.slack.app.bot_user
    if call.has("channel"):
        channel = call.channel()
        if not channel.is_direct:
            raise SlackError("method_not_supported_for_channel_type")
        return _opened(call, channel, known=True)
    people = _people(call)
    call.need("im:write" if len(people) == 1 else "mpim:write")
    if len(people) > 1:
        return _opened(call, workspace.group_direct([bot, *people]), known=False)
    known = workspace.find_direct(bot, people[0]) is not None
    return _opened(call, workspace.direct(bot, people[0]), known=known)


def _people(call: Call) -> list[str]:
    people = call.listed("users")
    if not people:
        raise SlackError("users_list_not_supplied")
    if len(people) > MOST_IN_GROUP:
        raise SlackError("too_many_users")
    for person in people:
        user = call.slack.workspace.users.get(person)
        if user is None or person == call.slack.app.bot_user:
            raise SlackError("user_not_found")
        if user.kind is UserKind.DEACTIVATED:
            raise SlackError("user_disabled")
        if not reachable(call, user):
            raise SlackError("user_not_visible")
    return people


def _opened(call: Call, channel: Channel, *, known: bool) -> Json:
    whole = channel.as_slack(call.slack.app.bot_user, call.slack.team_id)
    shown = whole | {"is_open": True} if call.flag("return_im") else {"id": channel.id}
    return {"channel": shown} | ({"no_op": True, "already_open": True} if known else {})


@method("conversations.join", Tier.THREE, "channels:join", required=CHANNEL)
async def join(call: Call) -> Json:
    """Join a public channel."""
    channel = call.channel()
    if channel.kind is not ChannelKind.PUBLIC:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    already = call.inside(channel)
    posting.join(call.slack, channel, call.slack.bot)
    answer: Json = {"channel": channel.as_slack(call.slack.app.bot_user, call.slack.team_id)}
    warned = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return answer | (warned if already else {})
