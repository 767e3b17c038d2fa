"""What came in and what was asked: deliveries, invocations and requests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.messages import Message, View
from bot.domain.terms import Action, Door, Identity, Millis, Place, Target


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """Who typed or clicked what, where and when; `ref` is the reference that logs and the user see.

    `trigger` opens a modal within three seconds; `response_url` is a secret that answers privately for thirty minutes.
    """

    who: Identity
    where: Place
    door: Door
    at: Millis
    text: str = ""
    ref: str = ""
    trigger: str = field(default="", repr=False)
    response_url: str = field(default="", repr=False)


class DeliveryKind(StrEnum):
    """What Slack delivered."""

    WORDS = "words"  # a slash command, a mention or a direct message
    CLICK = "click"  # a button or menu in a message, modal or Home tab
    SUBMIT = "submit"  # a modal was submitted
    SHORTCUT = "shortcut"  # global or on a message
    HOME = "home"  # somebody opened the Home tab
    SUGGEST = "suggest"  # options for an external select: a read, gets no inbox row
    NEWS = "news"  # a user, group or channel changed: cached facts have to be read again
    IGNORED = "ignored"  # acknowledged and dropped: bots, workflows, edits, our own echo


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One Slack delivery in our words; `key` is unique for it, however often Slack sends it.

    `command` is the slash command typed (`/ops`), `action` the callback or action id, `offer` a button's opaque value, `values` a form's
    input by block id, `message` the ts of the message it came from, `view` the id of the modal, `carried` its private metadata, `topic` and
    `about` say what NEWS is about (`user`, `group`, `channel`) and its id.
    """

    key: str
    kind: DeliveryKind
    invocation: Invocation
    command: str = ""
    action: str = ""
    offer: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    message_text: str = ""
    view: str = ""
    carried: str = ""
    topic: str = ""
    about: str = ""
    retry: int = 0
    by_app: bool = False  # a program said it, in its own name or in somebody's


@dataclass(frozen=True, kw_only=True)
class Ack:
    """What goes back in the ack itself; everything empty is a plain ack. `errors` are a form's problems by block id."""

    message: Message | None = None
    view: View | None = None  # replaces the modal that was submitted
    errors: Mapping[str, str] = field(default_factory=dict)
    options: tuple[tuple[str, str], ...] = ()  # (label, value) of an external select
    refused: bool = False  # nothing was stored: let Slack send it again where it can


@dataclass(frozen=True, kw_only=True)
class Request:
    """An acting request: do `action` to each target.

    `ref` is a branch, tag, commit or pull request; empty means the default (head of the default branch, the revision of the
    environment before, or the last good one). `filled` names the words that context filled in, which the plan shows in bold.
    """

    action: Action
    targets: tuple[Target, ...]
    ref: str = ""
    because: str = ""
    dry_run: bool = False
    filled: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class StopRequest:
    """Stop whatever operation holds this target."""

    target: Target
    because: str = ""


@dataclass(frozen=True, kw_only=True)
class UnlockRequest:
    """Lift the lock that a failed verification left, or (`revision`, its beginning) the quarantine of a revision."""

    target: Target
    revision: str = ""
    because: str = ""


@dataclass(frozen=True, kw_only=True)
class BypassRequest:
    """Go on without the approvals that an operation of this target waits for."""

    target: Target
    because: str = ""
