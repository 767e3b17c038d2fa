"""The one middleware in front of Bolt's authorisation: body in, Delivery out, and the engine's Ack back at once."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import structlog
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.domain.requests import Ack, Delivery, DeliveryKind
from bot.ports import Clock
from bot.slack.answers import Reply, by_event, reply
from bot.slack.arrival import Arrival, retry_of
from bot.slack.fields import text
from bot.slack.followups import Followups
from bot.slack.payloads import parse
from bot.views import notices

log = structlog.get_logger(__name__)

Receive: TypeAlias = Callable[[Delivery], Awaitable[Ack]]
"""The engine's end: records the delivery, and says what to answer."""

Next: TypeAlias = Callable[[], Awaitable[BoltResponse]]


class Router(AsyncMiddleware):
    """Never calls `next`: no listener is scanned, no ack is polled for, and no authorisation is asked of Slack.

    `whoami` gives our own user id (empty before first contact); `heard` is told what news is about, at once.
    """

    def __init__(
        self,
        receive: Receive,
        clock: Clock,
        followups: Followups,
        *,
        whoami: Callable[[], str],
        heard: Callable[[str, str], None],
    ) -> None:
        self._receive = receive
        self._clock = clock
        self._followups = followups
        self._whoami = whoami
        self._heard = heard

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002 - Bolt's signature
        next: Next,  # noqa: A002, ARG002 - Bolt's signature
    ) -> BoltResponse:
        """Answer the request."""
        if req.body.get("type") == "url_verification":
            return BoltResponse(status=200, body={"challenge": text(req.body.get("challenge"))})
        return response(await self._answered(self._delivery(req)))

    def _delivery(self, req: AsyncBoltRequest) -> Delivery:
        signatures = req.headers.get("x-slack-signature", ())
        arrival = Arrival(
            at=self._clock.now(),
            retry=retry_of(req.headers),
            signature=signatures[0] if signatures else "",
            bot_user=self._whoami(),
        )
        return parse(req.body, arrival)

    async def _answered(self, delivery: Delivery) -> Reply:
        if delivery.kind is DeliveryKind.IGNORED:
            return Reply()
        if delivery.kind is DeliveryKind.NEWS:
            self._heard(delivery.topic, delivery.about)
        try:
            answer = reply(delivery, await self._receive(delivery))
        except Exception:
            log.exception("something broke", ref=delivery.invocation.ref, kind=delivery.kind, key=delivery.key)
            answer = apology(delivery)
        if answer.follow is not None:
            self._followups.send(delivery, answer.follow)
        return answer


def apology(delivery: Delivery) -> Reply:
    """After a defect: an event is left for Slack to send again, a person is told the reference."""
    if by_event(delivery):
        return Reply(accepted=False)
    return reply(delivery, Ack(message=notices.broke(delivery.invocation.ref)))


def response(answer: Reply) -> BoltResponse:
    """As Bolt sends it: 503 without `x-slack-no-retry` makes Slack send again, and in Socket Mode means no ack."""
    if not answer.accepted:
        return BoltResponse(status=503, body="")
    return BoltResponse(status=200, body=answer.body or "")
