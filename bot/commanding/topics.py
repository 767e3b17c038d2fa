"""Help from the commands themselves, by what a person may do."""

from collections.abc import Iterable

from bot.commanding.command import Command
from bot.commanding.desk import Rights
from bot.commanding.suggest import with_slash
from bot.commanding.vocabulary import Vocabulary
from bot.domain.help import HelpPage, Topic


def topic(command: Command, *, whole: bool = False, slash: str = "/ops") -> Topic:
    """One command as help shows it; `whole` for `help VERB`, with the full usage line, aliases and details.

    `slash` is the slash command, for commands that details mention.
    """
    also = (f"Also: {', '.join(command.aliases)}.",) if command.aliases else ()
    return Topic(
        verb=command.name,
        usage=command.usage if whole else command.brief,
        sentence=command.summary,
        examples=command.examples,
        acting=command.acting,
        more=(*(with_slash(each, slash) for each in command.details), *also) if whole else (),
    )


def topics(commands: Iterable[Command], rights: Rights) -> tuple[tuple[Topic, ...], tuple[Topic, ...]]:
    """Those that this person may use here, and the others; acting ones first."""
    ordered = sorted(commands, key=lambda command: (not command.acting, command.name))
    mine = tuple(topic(command) for command in ordered if command.permission in rights.allowed)
    others = tuple(topic(command) for command in ordered if command.permission not in rights.allowed)
    return mine, others


def page(vocabulary: Vocabulary, rights: Rights) -> HelpPage:
    """`help`, for one person in one place."""
    mine, others = topics(vocabulary.commands.values(), rights)
    return HelpPage(
        allowed=mine,
        refused=others,
        example=rights.example,
        helpers=rights.helpers,
        command=vocabulary.command,
        where=rights.where,
    )
