"""Say what there is to do here, for the one who asks."""

from bot.commanding import Command, Words
from bot.commanding.desk import Desk
from bot.commanding.topics import page, topic
from bot.domain.messages import Message
from bot.domain.requests import Invocation
from bot.domain.terms import Permission
from bot.views.help import help_page, help_topic

COMMAND = Command(
    name="help",
    usage="help [COMMAND]",
    summary="What you can do here; help deploy tells more of one.",
    examples=("help", "help deploy"),
    permission=Permission.HELP,
    details=("`deploy --help` says the same as `help deploy`.",),
)


async def answer(words: Words, invocation: Invocation, desk: Desk) -> Message:
    """One command in full, or those that this person may use."""
    vocabulary = desk.vocabulary
    command = vocabulary.verb(words.about) if words.about else None
    if command is not None:
        return help_topic(topic(command, whole=True, slash=vocabulary.command), command=vocabulary.command)
    return help_page(page(vocabulary, await desk.rights(invocation)))
