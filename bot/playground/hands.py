"""People's hands: clicking, choosing, filling in and closing, in messages, modals and Home, and starting shortcuts."""

from dataclasses import dataclass
from typing import Any

from bot.playground import payloads, posting
from bot.playground.channels import Channel
from bot.playground.deliveries import Kind, Outcome
from bot.playground.errors import Json, PersonError, SlackError
from bot.playground.inputs import VALUE_FIELD, filled, find_element, option_for, overlay, refusals, starting_values
from bot.playground.journal import Kind as Line
from bot.playground.local import LocalSlack
from bot.playground.messages import Message
from bot.playground.modals import View
from bot.playground.payloads import Spot
from bot.playground.people import People
from bot.playground.users import User

TROUBLE = "We had some trouble connecting. Try again?"
CHOICES = ("value", *dict.fromkeys(field for field, _ in VALUE_FIELD.values() if field != "value"))
WORDS = {
    "operation_timeout": "Operation timed out. Apps need to respond within 3 seconds.",
    "dispatch_failed": "This app is not responding right now. Try again in a little while.",
    "http_client_error": "This app responded with an error (http_client_error).",
    "http_service_error": "This app responded with an error (http_service_error).",
}


@dataclass(kw_only=True)
class Hands:
    """Interactions of people with what the app shows them."""

    slack: LocalSlack
    people: People

    def message(self, user: User, channel: Channel, ts: str) -> Message:
        """Return a message the person sees in a channel, their own ephemerals too."""
        ephemeral = self.slack.workspace.ephemerals.get(user.id, {}).get(ts)
        message = ephemeral or channel.messages.get(ts)
        if message is None or message.channel != channel.id:
            raise PersonError("message_not_found", "That message is gone.")
        return message

    def view(self, user: User, view_id: str) -> View:
        """Return one of the person's open views."""
        for view in self.slack.desk.every():
            if view.id == view_id and view.user == user.id:
                return view
        raise PersonError("view_not_found", "That window is closed.")

    def spot(self, user: User, *, channel: str = "", ts: str = "", view_id: str = "") -> Spot:
        """Return where a click lands: a view, or a message in a channel."""
        if view_id:
            return Spot(view=self.view(user, view_id))
        place = self.people.open_channel(user, channel)
        return Spot(channel=place, message=self.message(user, place, ts))

    def blocks(self, spot: Spot) -> list[Json]:
        """Return every block of a message (those in attachments too) or a view."""
        if spot.view is not None:
            found: list[Json] = spot.view.definition["blocks"]
            return found
        assert spot.message is not None
        attached = [block for attachment in spot.message.attachments for block in attachment.get("blocks") or []]
        return [*spot.message.blocks, *attached]

    def values(self, user: User, spot: Spot) -> Json:
        """Return what the person has chosen so far in the inputs of a message or view."""
        if spot.view is not None:
            return spot.view.values
        assert spot.message is not None
        return spot.message.inputs.get(user.id) or starting_values(self.blocks(spot))

    def keep(self, user: User, spot: Spot, values: Json) -> None:
        """Remember what the person has chosen."""
        if spot.view is not None:
            spot.view.values = values
        elif spot.message is not None:
            spot.message.inputs[user.id] = values

    async def click(self, user: User, spot: Spot, wanted: str, given: Json, block_id: str = "") -> str:
        """Click or choose; `given` may hold `selected_*`, `value` and `state`. Return Slack's complaint, or nothing."""
        if not self.slack.app.interactive:
            return self._complain(user, spot, "This app is not configured to handle interactive responses.")
        block, element = find_element(self.blocks(spot), wanted, block_id)
        values = overlay(self.values(user, spot), (given.get("state") or {}).get("values") or {})
        action = self._action(block, element, given)
        if element["type"] in VALUE_FIELD:
            chosen = {"type": element["type"], **{key: action[key] for key in CHOICES if key in action}}
            values = overlay(values, {block["block_id"]: {element["action_id"]: chosen}})
        self.keep(user, spot, values)
        payload = payloads.block_actions(self.slack, user, spot, action, values)
        outcome = await self.slack.dispatch.request(Kind.INTERACTION, "block_actions", payload)
        return self._complain(user, spot, WORDS.get(outcome.error, outcome.error)) if outcome.error else ""

    def _action(self, block: Json, element: Json, given: Json) -> Json:
        action: Json = {"action_id": element["action_id"], "block_id": block["block_id"], "type": element["type"]}
        for key in ("text", "value", "style", "url", "placeholder", "confirm"):
            if key in element:
                action[key] = element[key]
        action |= {key: given[key] for key in CHOICES if given.get(key) is not None and key in self._allowed(element)}
        option = action.get("selected_option")
        if isinstance(option, str) or (element["type"] == "overflow" and option):
            action["selected_option"] = option_for(element, option)
        return action | {"action_ts": self.slack.now_ts()}

    def _allowed(self, element: Json) -> set[str]:
        if element["type"] in {"button", "workflow_button", "icon_button"}:
            return set()
        return {VALUE_FIELD[element["type"]][0]} if element["type"] in VALUE_FIELD else {"selected_option", "value"}

    def _complain(self, user: User, spot: Spot, text: str) -> str:
        if spot.view is not None and spot.view.definition.get("type") == "modal":
            self.slack.changes.tell([user.id], {"type": "view_error", "message": TROUBLE})
            return TROUBLE
        channel = spot.channel.id if spot.channel else self.slack.workspace.direct(user.id, self.slack.app.bot_user).id
        posting.notice(self.slack, user.id, channel, text)
        return text

    async def suggest(self, user: User, spot: Spot, wanted: str, value: str, block_id: str = "") -> Json:
        """Ask the app for the options of an external select: `{"options": […], "option_groups": […]}`."""
        found = find_element(self.blocks(spot), wanted, block_id)
        payload = payloads.suggestion(self.slack, user, spot, found, value)
        outcome = await self.slack.dispatch.request(Kind.INTERACTION, "block_suggestion", payload)
        body = outcome.body or {}
        return {"options": body.get("options") or [], "option_groups": body.get("option_groups") or []}

    async def submit(self, user: User, view: View, values: Json) -> Json:
        """Submit a modal: `{}` when it went through, `{"errors": {block_id: …}}` or `{"message": …}` when it did not."""
        view.values = values
        found = refusals(view.definition["blocks"], values)
        if found:
            return {"errors": found}
        payload = payloads.view_submission(self.slack, user, view)
        outcome = await self.slack.dispatch.request(Kind.INTERACTION, "view_submission", payload)
        try:
            answer = {"message": TROUBLE} if outcome.error else self._submitted(user, view, outcome)
        except SlackError as error:
            self._note_refusal(view, error)
            answer = {"message": TROUBLE}
        if "message" in answer:
            self.slack.changes.tell([user.id], {"type": "view_error", "message": answer["message"]})
        return answer

    def _note_refusal(self, view: View, error: SlackError) -> None:
        self.slack.journal.note(Line.UI, "view_submission", error=error.code, detail={"view": view.id, **error.extra})

    def _submitted(self, user: User, view: View, outcome: Outcome) -> Json:
        body = outcome.body or {}
        action = body.get("response_action")
        if action == "errors":
            return self._errors(view, body)
        if action == "update":
            self.slack.desk.check(body.get("view") or {}, "modal", but=view)
            self.slack.desk.redefine(view, body["view"])
            self.slack.changes.tell([user.id], {"type": "view_updated", "view": self.slack.desk.shape(view)})
        elif action == "push":
            self.slack.desk.check(body.get("view") or {}, "modal")
            pushed = self.slack.desk.push(user.id, body["view"])
            self._opened(user, pushed)
        else:
            self._close(user, self.slack.desk.stack(user.id)[0] if action == "clear" else view)
        return {}

    def _errors(self, view: View, body: Json) -> Json:
        """Accept errors only for input blocks of the view, as Slack does."""
        known = {block["block_id"] for block in view.definition["blocks"] if block["type"] == "input"}
        errors = body.get("errors") or {}
        if not errors or not set(errors) <= known:
            raise SlackError("invalid_errors", blocks=sorted(set(errors) - known))
        return {"errors": dict(errors)}

    def _opened(self, user: User, view: View) -> None:
        depth = len(self.slack.desk.stack(user.id))
        self.slack.changes.tell([user.id], {"type": "view_opened", "view": self.slack.desk.shape(view), "depth": depth})

    def _close(self, user: User, view: View) -> None:
        depth = self.slack.desk.close(view)
        self.slack.changes.tell([user.id], {"type": "view_closed", "depth": depth})

    async def close(self, user: User, view: View, *, everything: bool = False) -> None:
        """Close a modal by its ×; the app hears of it only when it asked to."""
        cleared = everything or bool(view.definition.get("clear_on_close"))
        payload = payloads.view_closed(self.slack, user, view, cleared=cleared)
        self._close(user, self.slack.desk.stack(user.id)[0] if cleared else view)
        if view.definition.get("notify_on_close"):
            await self.slack.dispatch.request(Kind.INTERACTION, "view_closed", payload)

    async def shortcut(self, user: User, callback_id: str, channel: str = "", ts: str = "") -> str:
        """Start a global shortcut, or a message shortcut on a message; return Slack's complaint, or nothing."""
        if self.slack.app.shortcut(callback_id) is None:
            raise PersonError("unknown_shortcut", "That shortcut does not exist.")
        if ts:
            place = self.people.open_channel(user, channel)
            message = self.message(user, place, ts)
            payload = payloads.message_shortcut(self.slack, user, place, message, callback_id)
        else:
            payload = payloads.global_shortcut(self.slack, user, callback_id)
        outcome = await self.slack.dispatch.request(Kind.INTERACTION, str(payload["type"]), payload)
        if not outcome.error:
            return ""
        text = WORDS.get(outcome.error, outcome.error)
        posting.notice(self.slack, user.id, channel, text)
        return text

    def fill(self, user: User, view: View, answers: dict[str, Any]) -> Json:
        """Return a modal's values with plain answers filled in by block id, action id or label."""
        return filled(view.definition["blocks"], view.values, answers, lambda kind, name: self._id(user, kind, name))

    def _id(self, user: User, kind: str, name: str) -> str:
        workspace = self.slack.workspace
        return workspace.user(name).id if kind == "user" else workspace.channel(name, user).id
