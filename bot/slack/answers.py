"""What goes back: an Ack as the body that Slack takes in the answer itself, or as a message that has to follow it."""

from dataclasses import dataclass
from typing import TypeAlias

from bot.domain.messages import Json, Message
from bot.domain.requests import Ack, Delivery, DeliveryKind
from bot.domain.terms import Door
from bot.views import notices

Answer: TypeAlias = dict[str, Json]
_OPTIONS = 100


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer on Slack's own connection: accepted or not (then Slack sends again), its body, and what follows apart."""

    accepted: bool = True
    body: Answer | None = None
    follow: Message | None = None


def by_event(delivery: Delivery) -> bool:
    """True where the delivery is an event: its acknowledgement says nothing but that we have it."""
    return delivery.kind in {DeliveryKind.HOME, DeliveryKind.NEWS} or (
        delivery.kind is DeliveryKind.WORDS and delivery.invocation.door is not Door.SLASH
    )


def reply(delivery: Delivery, ack: Ack) -> Reply:
    """The answer to a delivery, in the form that its kind can carry."""
    if by_event(delivery):
        # unacknowledged, Slack sends an event again; a message now would come as often as that
        return Reply(accepted=False) if ack.refused else Reply(follow=ack.message)
    message = ack.message
    if ack.refused and message is None:
        message = notices.not_recorded(delivery.invocation.ref)
    if delivery.kind is DeliveryKind.WORDS:
        return Reply(body=_command(message))
    if delivery.kind is DeliveryKind.SUBMIT:
        return Reply(body=_submission(ack, message))
    if delivery.kind is DeliveryKind.SUGGEST:
        return Reply(body=_options(ack))
    return Reply(follow=message)


def _command(message: Message | None) -> Answer | None:
    return None if message is None else {"response_type": "ephemeral", **message.payload()}


def _submission(ack: Ack, message: Message | None) -> Answer | None:
    if ack.errors:
        return {"response_action": "errors", "errors": dict(ack.errors)}
    if ack.view is not None:
        return {"response_action": "update", "view": dict(ack.view.body)}
    return None if message is None else {"response_action": "update", "view": notice(message)}


def _options(ack: Ack) -> Answer:
    offered: list[Json] = [
        {"text": {"type": "plain_text", "text": label[:75]}, "value": value[:150]}
        for label, value in ack.options[:_OPTIONS]
        if label and value
    ]
    return {"options": offered}


def notice(message: Message) -> Answer:
    """A modal that says one thing, for answers to a form."""
    plain: Json = {"type": "section", "text": {"type": "plain_text", "text": message.text[:3000]}}
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Quarterdeck"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": list(message.blocks[:100]) or [plain],
    }
