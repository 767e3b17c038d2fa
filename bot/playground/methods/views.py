"""views.open, views.push, views.update and views.publish."""

from typing import Any

from bot.playground.calls import Call, method
from bot.playground.errors import Json, SlackError
from bot.playground.limits import Tier
from bot.playground.modals import View

VIEW = {"view": "invalid_arguments"}


def _definition(call: Call) -> Json:
    view: Any = call.nested("view", "invalid_arguments")
    if not isinstance(view, dict):
        messages = ["[ERROR] must provide an object [json-pointer:/view]"]
        raise SlackError("invalid_arguments", response_metadata={"messages": messages})
    return view


def _shown(call: Call, view: View) -> Json:
    return call.slack.desk.shape(view)


@method("views.open", Tier.FOUR, required={"trigger_id": "invalid_trigger_id"} | VIEW)
async def open_(call: Call) -> Json:
    """Open a modal for whoever caused the trigger."""
    slack, definition = call.slack, _definition(call)
    trigger = slack.triggers.look(call.text("trigger_id"))
    slack.desk.check(definition, "modal")
    slack.triggers.use(call.text("trigger_id"))
    view = slack.desk.open(trigger.user, definition)
    slack.changes.tell([trigger.user], {"type": "view_opened", "view": _shown(call, view), "depth": 1})
    return {"view": _shown(call, view)}


@method("views.push", Tier.FOUR, required={"trigger_id": "invalid_trigger_id"} | VIEW)
async def push(call: Call) -> Json:
    """Put a modal on top of the one the trigger came from."""
    slack, definition = call.slack, _definition(call)
    trigger = slack.triggers.look(call.text("trigger_id"))
    if slack.desk.top(trigger.user) is None or not trigger.view_id:
        raise SlackError("not_found")
    slack.desk.check(definition, "modal")
    view = slack.desk.push(trigger.user, definition)
    slack.triggers.use(call.text("trigger_id"))
    depth = len(slack.desk.stack(trigger.user))
    slack.changes.tell([trigger.user], {"type": "view_opened", "view": _shown(call, view), "depth": depth})
    return {"view": _shown(call, view)}


@method("views.update", Tier.FOUR, required=VIEW)
async def update(call: Call) -> Json:
    """Change an open view; a stale `hash` is refused."""
    slack, definition = call.slack, _definition(call)
    view = slack.desk.find(call.text("view_id"), call.text("external_id"))
    slack.desk.check_hash(view, call.text("hash"))
    slack.desk.check(definition, str(view.definition["type"]), but=view)
    slack.desk.redefine(view, definition)
    home = slack.desk.homes.get(view.user) is view
    slack.changes.tell([view.user], {"type": "home" if home else "view_updated", "view": _shown(call, view)})
    return {"view": _shown(call, view)}


@method("views.publish", Tier.FOUR, required={"user_id": "invalid_arguments"} | VIEW)
async def publish(call: Call) -> Json:
    """Set a person's Home tab."""
    slack, definition = call.slack, _definition(call)
    if not slack.app.home:
        raise SlackError("not_enabled")
    user = slack.workspace.users.get(call.text("user_id"))
    if user is None:
        messages = ["[ERROR] user_not_found [json-pointer:/user_id]"]
        raise SlackError("invalid_arguments", response_metadata={"messages": messages})
    before = slack.desk.homes.get(user.id)
    slack.desk.check_hash(before, call.text("hash"))
    slack.desk.check(definition, "home", but=before)
    view = before or slack.desk.make(user.id, definition)
    slack.desk.redefine(view, definition)
    slack.desk.homes[user.id] = view
    slack.changes.tell([user.id], {"type": "home", "view": _shown(call, view)})
    return {"view": _shown(call, view)}
