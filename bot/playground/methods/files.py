"""files.getUploadURLExternal, files.completeUploadExternal and files.info."""

from typing import Any

from bot.playground import posting
from bot.playground.blocks import completed
from bot.playground.calls import Call, method
from bot.playground.channels import Channel
from bot.playground.content import check
from bot.playground.errors import Json, SlackError
from bot.playground.files import StoredFile
from bot.playground.formatting import stored
from bot.playground.limits import Tier
from bot.playground.posting import Draft

MOST_BYTES = 50 * 2**20
NEEDED = {"filename": "missing_argument", "length": "missing_argument"}


@method("files.getUploadURLExternal", Tier.FOUR, "files:write", required=NEEDED)
async def promise(call: Call) -> Json:
    """Promise a place for `length` bytes."""
    slack, length = call.slack, call.whole("length", 0)
    if length <= 0:
        raise SlackError("missing_argument")
    if length > MOST_BYTES:
        raise SlackError("file_upload_size_restricted")
    file = StoredFile(
        id=f"F{slack.chance.code(10)}",
        name=call.text("filename"),
        length=length,
        user=slack.bot.id,
        created=int(slack.clock.now()),
        snippet=call.text("snippet_type"),
        alt_text=call.text("alt_txt"),
    )
    slack.workspace.files[file.id] = file
    return {"upload_url": f"{slack.base_url}/upload/v1/{file.id}-{slack.chance.letters(24)}", "file_id": file.id}


def _named(call: Call) -> list[StoredFile]:
    listed: Any = call.nested("files", "invalid_arguments")
    if not isinstance(listed, list) or not listed:
        raise SlackError("file_not_found")
    found = []
    for entry in listed:
        file = call.slack.workspace.files.get(str(entry.get("id"))) if isinstance(entry, dict) else None
        if file is None or file.content is None:
            raise SlackError("file_not_found")
        file.title = str(entry.get("title") or file.name)
        found.append(file)
    return found


@method("files.completeUploadExternal", Tier.FOUR, "files:write", required={"files": "file_not_found"})
async def complete(call: Call) -> Json:
    """Finish uploads and, when a channel is given, share them in one message there."""
    files = _named(call)
    channel = _target(call)
    for file in files:
        file.complete = True
        if channel is not None:
            file.channels.append(channel.id)
    slack = call.slack
    shown = [file.as_slack(slack.base_url, slack.team_id) for file in files]
    if channel is not None:
        blocks = call.nested("blocks", "invalid_blocks") or []
        check(call, blocks, None)
        said = Draft(
            text=stored(call.text("initial_comment")),
            blocks=completed(blocks, slack.chance),
            files=shown,
            thread_ts=call.text("thread_ts") if call.text("thread_ts") in channel.messages else "",
            subtype="file_share",
        )
        posting.post(slack, channel, slack.bot, said)
    return {"files": shown}


def _target(call: Call) -> Channel | None:
    wanted = call.text("channel_id") or call.text("channels").partition(",")[0]
    if not wanted:
        return None
    channel = call.slack.workspace.channels.get(wanted)
    if channel is None or not call.sees(channel):
        raise SlackError("channel_not_found")
    if not call.inside(channel):
        raise SlackError("not_in_channel")
    return channel


@method("files.info", Tier.FOUR, "files:read", required={"file": "file_not_found"})
async def info(call: Call) -> Json:
    """Describe a file."""
    file = call.slack.workspace.files.get(call.text("file"))
    if file is None or not file.complete:
        raise SlackError("file_not_found")
    paging = {"count": 100, "total": 0, "page": 1, "pages": 0}
    shown = file.as_slack(call.slack.base_url, call.slack.team_id)
    return {"file": shown, "comments": [], "response_metadata": {"next_cursor": ""}} | {"paging": paging}
