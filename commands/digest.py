"""Tell what is news, now or by itself; and for whom."""

from bot.commanding import Command, Words
from bot.commanding.desk import Desk
from bot.domain.messages import Message
from bot.domain.requests import Invocation
from bot.domain.terms import Permission
from bot.errors import UserError
from bot.views import digests as views

COMMAND = Command(
    name="digest",
    usage="digest [now|preview|subscribe|unsubscribe|why NUMBER|me TIME]",
    summary="What is news here; get it by itself, or stop it.",
    examples=("digest", "digest preview", "digest me 08:45", "digest unsubscribe", "digest why 12"),
    permission=Permission.STATUS,
    details=(
        "`digest preview` shows the next one, and says when it comes.",
        "`digest subscribe` and `digest unsubscribe` are for this channel; in a direct message they are for you.",
        "`digest me 08:45 mon-fri` sends you one at that time; `digest me off` ends that.",
        "`digest why 12` lists the rows behind the numbers of a digest.",
    ),
    private=True,
)


async def answer(words: Words, invocation: Invocation, desk: Desk) -> Message:
    """One answer for each word that may follow."""
    verb, *rest = words.free or ("now",)
    if verb == "why" and len(rest) == 1:
        return await _why(rest[0], desk)
    if verb == "me" and 1 <= len(rest) <= 2:
        return await _me(rest, invocation, desk)
    if verb == "unsubscribe" and len(rest) <= 1:
        return _stopped(await desk.unsubscribe(invocation, key=rest[0] if rest else ""), desk)
    if rest or verb not in {"now", "preview", "subscribe"}:
        raise _unclear(verb, desk)
    if verb == "subscribe":
        return views.subscribed(*await desk.subscribe(invocation), command=desk.vocabulary.command)
    if verb == "now":
        return views.digest(await desk.digest(invocation), command=desk.vocabulary.command)
    coming = await desk.next_digest(invocation)
    command = desk.vocabulary.command
    return views.preview(*coming, command=command) if coming else views.none_comes(command)


async def _why(number: str, desk: Desk) -> Message:
    plain = number.lstrip("#")
    if not plain.isascii() or not plain.isdigit() or len(plain) > 12:
        raise UserError(
            "Which digest? Its number stands in its last line.",
            hint=f"For example: `{desk.vocabulary.command} digest why 12`",
        )
    edition = await desk.edition(int(plain))
    return views.rows(edition) if edition else views.no_such_edition(int(plain))


async def _me(rest: list[str], invocation: Invocation, desk: Desk) -> Message:
    if rest == ["off"]:
        return _stopped(await desk.unsubscribe(invocation, mine=True), desk)
    time, days = rest[0], rest[1] if len(rest) > 1 else ""
    done = await desk.subscribe(invocation, time=time, days=days, mine=True)
    return views.subscribed(*done, command=desk.vocabulary.command)


def _stopped(done: tuple[object, int], desk: Desk) -> Message:
    return views.unsubscribed(str(done[0]), command=desk.vocabulary.command)


def _unclear(verb: str, desk: Desk) -> UserError:
    hint = f"Usage: `{desk.vocabulary.command} {COMMAND.usage}`"
    return UserError(f"digest has no use for “{verb[:40]}” there.", hint=hint)
