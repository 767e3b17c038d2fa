"""The grammar: what was typed becomes a command with its words, a question, or a hint."""

from bot.commanding.command import EVERYWHERE, Command, Taken, Takes
from bot.commanding.folder import discover
from bot.commanding.grammar import Reading, parse, with_verb
from bot.commanding.outcome import Missing, Misunderstood, Parsed, Suggestion
from bot.commanding.suggest import spoken, typed
from bot.commanding.vocabulary import Context, KnownEnvironment, KnownService, Vocabulary
from bot.commanding.words import Words

__all__ = [
    "EVERYWHERE",
    "Command",
    "Context",
    "KnownEnvironment",
    "KnownService",
    "Missing",
    "Misunderstood",
    "Parsed",
    "Reading",
    "Suggestion",
    "Taken",
    "Takes",
    "Vocabulary",
    "Words",
    "discover",
    "parse",
    "spoken",
    "typed",
    "with_verb",
]
