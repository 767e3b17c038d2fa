"""What is wrong with a word, said in one sentence, with what may have been meant."""

from collections.abc import Sequence

from bot.commanding.command import Command, Taken
from bot.commanding.distance import near
from bot.commanding.normalise import key, shown
from bot.commanding.scanning import Flag, Reason, Token
from bot.commanding.unclear import Correction, Unclear
from bot.commanding.vocabulary import KnownService, Vocabulary

POLITE = frozenset(
    {"please", "kindly", "now", "the", "a", "an", "my", "our", "of", "for", "into", "onto", "service", "environment"}
)
"""Words that carry nothing: a suggestion leaves them out."""

TURNING = frozenset(
    {
        *(
            "not",
            "no",
            "never",
            "don't",
            "dont",
            "don’t",
            "only",
            "except",
            "without",
            "but",
            "or",
            "and",
            "with",
            "from",
        ),
        *(
            "then",
            "until",
            "till",
            "before",
            "after",
            "if",
            "unless",
            "when",
            "while",
            "at",
            "later",
            "tonight",
            "today",
        ),
        *(
            "tomorrow",
            "all",
            "none",
            "both",
            "each",
            "every",
            "everything",
            "because",
            "dry",
            "dry-run",
            "to",
            "in",
            "on",
        ),
    }
)
"""Words that change what a sentence means: they are never taken for a revision, and no suggestion leaves them out."""


def unknown_environment(token: Token, services: Sequence[KnownService], vocabulary: Vocabulary) -> Unclear:
    """A word where an environment belongs; what the service has is offered, those like it first chosen."""
    names = list(dict.fromkeys(each.name for service in services for each in service.environments))
    known = names or list(vocabulary.environment_words)
    near_by = near(key(token.word), known)
    ordered = [*near_by, *(name for name in names if name not in near_by)]
    where = f" for {', '.join(service.name for service in services)}" if services else ""
    return Unclear(
        f"There is no environment “{shown(token.word)}”{where}.",
        hint=f"Known: {_listing(known)}." if known else "",
        corrections=[
            Correction(start=token.start, end=token.end, replacement=name, label=name) for name in ordered[:3]
        ],
    )


def unknown_service(token: Token, vocabulary: Vocabulary, besides: Sequence[str] = ()) -> Unclear:
    """A word where a service belongs; those that are named `besides` are not offered again."""
    meant = near(key(token.word).removeprefix("#"), vocabulary.service_words)
    names = list(
        dict.fromkeys(each.name for word in meant if (each := vocabulary.service(word)) and each.name not in besides)
    )
    known = [each.name for each in vocabulary.services]
    return Unclear(
        f"There is no service “{shown(token.word)}”.",
        hint=f"Known: {_listing(known)}." if known else "No service is configured yet.",
        corrections=[Correction(start=token.start, end=token.end, replacement=name, label=name) for name in names[:3]],
    )


def _listing(names: Sequence[str]) -> str:
    """At most eight names, and how many more."""
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return f"{', '.join(names[:8])}{more}"


def stray(token: Token, command: Command) -> Unclear:
    """A word that has no place; only one that carries nothing is left out of the suggestion."""
    word = key(token.word)
    corrections = [Correction(start=token.start, end=token.end, replacement="")] if word in POLITE else []
    return Unclear(
        f"“{shown(token.word)}” means nothing to me there, so nothing was done.",
        hint=usage(command),
        corrections=corrections,
    )


def not_taken(item: Flag | Reason, name: str, command: Command) -> Unclear:
    """A flag that this command does not take."""
    corrections = []
    if isinstance(item, Flag) and name == "--to" and command.takes.ref is not Taken.NEVER:
        corrections.append(Correction(start=item.start, end=item.end, replacement=item.value))
    return Unclear(f"{command.name} does not take {name}.", hint=usage(command), corrections=corrections)


def usage(command: Command) -> str:
    """The usage line as a hint."""
    return f"Usage: `{command.usage}`"


def unknown_word(token: Token, command: Command) -> Unclear:
    """A word that is no name, where the command takes no revision."""
    if token.word.lstrip("#").isdigit():
        return Unclear(
            f"{command.name} goes by service and environment, not by a number such as {shown(token.word)}.",
            hint=usage(command),
        )
    corrections = []
    if "--to" in command.takes.flags and "@" in token.word.strip("@"):
        service, _, ref = token.word.partition("@")
        corrections.append(Correction(start=token.start, end=token.end, replacement=f"{service} --to {ref}"))
    elif "--to" in command.takes.flags:
        corrections.append(Correction(start=token.start, end=token.end, replacement=f"--to {token.word}"))
    return Unclear(
        f"{command.name} has no use for “{shown(token.word)}”, so nothing was done.",
        hint=usage(command),
        corrections=corrections,
    )
