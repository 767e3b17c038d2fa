"""The grammar: what was typed becomes a command with its words, a question for what is missing, or a hint. No input raises."""

from dataclasses import dataclass

from bot.commanding.command import Command
from bot.commanding.complaints import POLITE
from bot.commanding.distance import near
from bot.commanding.filling import fill
from bot.commanding.normalise import is_space, key, one_line, shown
from bot.commanding.outcome import Missing, Misunderstood, Parsed
from bot.commanding.reading import read
from bot.commanding.scanning import Item, Token, scan
from bot.commanding.suggest import example_of, missing_problem, spoken, suggestions, whole_environments, with_slash
from bot.commanding.unclear import Correction, Unclear
from bot.commanding.vocabulary import Context, Vocabulary

SEE_HELP = "`help` lists what you can do."
Reading = Parsed | Missing | Misunderstood


def parse(text: str, vocabulary: Vocabulary, context: Context) -> Reading:
    """Understand one line, typed after the slash command, after a mention, or in a direct message.

    An empty line is `overview`, a service alone is its `status`. Nothing is ignored: a word without a place makes it Misunderstood.
    """
    line = ""
    try:
        line = one_line(text, bot_user=context.bot_user)
        return understood(line, vocabulary, context)
    except Unclear as unclear:
        return misunderstood(unclear, line, vocabulary, context)


def misunderstood(unclear: Unclear, line: str, vocabulary: Vocabulary, context: Context) -> Misunderstood:
    """What is wrong, with the corrections that really are commands."""
    candidates = []
    for correction in unclear.corrections:
        corrected = f"{line[: correction.start]}{correction.replacement}{line[correction.end :]}"
        try:
            candidates.append((correction, understood(corrected, vocabulary, context)))
        except Unclear:
            continue
    return Misunderstood(
        problem=unclear.problem,
        hint=with_slash(unclear.hint, vocabulary.command),
        suggestions=suggestions(candidates, vocabulary, context),
    )


def understood(line: str, vocabulary: Vocabulary, context: Context) -> Parsed | Missing:
    """The same of a line without Slack's traces. Raises Unclear."""
    scanned = scan(line)
    phrase = _phrase(scanned.items, vocabulary, asks_help=scanned.asks_help)
    if context.door not in phrase.command.places:
        raise Unclear(f"{phrase.command.name} does not work here.", hint="Use the slash command, or a direct message.")
    draft = read(line, phrase.items, phrase.command, vocabulary)
    words, missing = fill(draft, phrase.command, vocabulary, context)
    if not missing:
        return Parsed(command=phrase.command, words=words)
    return Missing(
        command=phrase.command,
        words=words,
        missing=missing,
        problem=missing_problem(phrase.command, words, missing),
        example=spoken(example_of(phrase.command, words, vocabulary), vocabulary, context),
        suggestions=whole_environments(phrase.command, words, missing, vocabulary),
    )


@dataclass(frozen=True, kw_only=True)
class _Phrase:
    """A verb and the items after it."""

    command: Command
    items: tuple[Item, ...]


def _phrase(items: tuple[Item, ...], vocabulary: Vocabulary, *, asks_help: bool) -> _Phrase:
    """Find the verb: the first word, or the one that is left out before a service or environment."""
    items = _after_own_name(items, vocabulary)
    first = items[0] if items else None
    verb = vocabulary.verb(first.word) if isinstance(first, Token) else None
    if asks_help or (verb is not None and verb.name != "help" and _help_follows(items, vocabulary)):
        return _Phrase(command=vocabulary.commands["help"], items=items[:1] if verb and verb.name != "help" else ())
    if first is None:
        return _Phrase(command=vocabulary.commands["overview"], items=())
    if verb is not None:
        return _Phrase(command=verb, items=items[1:])
    if isinstance(first, Token) and _is_name(first, vocabulary):
        return _Phrase(command=vocabulary.commands["status"], items=items)
    raise _unknown_verb(items, vocabulary)


def _after_own_name(items: tuple[Item, ...], vocabulary: Vocabulary) -> tuple[Item, ...]:
    """An example that was copied begins with the slash command; other commands may have a slash."""
    first = items[0] if items else None
    if not isinstance(first, Token) or not first.text.startswith("/"):
        return items
    if key(first.text) == vocabulary.command:
        return items[1:]
    if vocabulary.verb(first.text[1:]) is not None:
        return (Token(text=first.text[1:], start=first.start, end=first.end), *items[1:])
    return items


def _help_follows(items: tuple[Item, ...], vocabulary: Vocabulary) -> bool:
    """`deploy help`, and nothing else."""
    last = items[-1]
    if len(items) != 2 or not isinstance(last, Token) or vocabulary.service(last.word) is not None:
        return False
    verb = vocabulary.verb(last.word)
    return verb is not None and verb.name == "help"


def _is_name(token: Token, vocabulary: Vocabulary) -> bool:
    word = token.word.strip(",").split(",")[0]
    return vocabulary.service(word) is not None or bool(vocabulary.environment(word))


def _unknown_verb(items: tuple[Item, ...], vocabulary: Vocabulary) -> Unclear:
    first = items[0]
    if not isinstance(first, Token):
        return Unclear("A line begins with a command.", hint=SEE_HELP)
    word = key(first.word)
    verbs = [verb.name for near_by in near(word, vocabulary.verb_words) if (verb := vocabulary.verb(near_by))]
    services = [
        found.name for near_by in near(word, vocabulary.service_words) if (found := vocabulary.service(near_by))
    ]
    later = [item for item in items[1:] if isinstance(item, Token) and vocabulary.verb(item.word)]
    corrections = [
        Correction(start=first.start, end=first.end, replacement=meant) for meant in dict.fromkeys([*verbs, *services])
    ]
    polite = later and all(
        key(item.word) in POLITE for item in items[: items.index(later[0])] if isinstance(item, Token)
    )
    if polite and not corrections:
        corrections = [Correction(start=0, end=later[0].start, replacement="")]
    return Unclear(f"I do not know “{shown(first.word)}”.", hint=SEE_HELP, corrections=corrections[:3])


def with_verb(command: str, text: str, vocabulary: Vocabulary) -> str:
    """What was typed after `/deploy`, `/rollback` or the main slash command, as one line for `parse`."""
    verb = vocabulary.verb(command.removeprefix("/"))
    if key(command) == vocabulary.command or verb is None:
        return text
    start = next((at for at, each in enumerate(text) if not is_space(each)), len(text))
    first = text[start:].split(maxsplit=1)
    already = vocabulary.verb(first[0]) if first else None
    return text if already == verb else f"{verb.name} {text}"
