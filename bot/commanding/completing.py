"""What could come next while somebody types."""

from bot.commanding.command import Command, Taken
from bot.commanding.normalise import key
from bot.commanding.vocabulary import Vocabulary

MOST = 10


def complete(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Up to ten whole lines that begin with `text`: a verb, then services, environments and flags that it takes; production last."""
    given = text.split()
    started = "" if not text or text[-1].isspace() else given.pop()
    verb = vocabulary.verb(given[0]) if given else None
    if given and verb is None:
        return ()
    words = list(vocabulary.commands) if verb is None else _following(verb, given[1:], vocabulary)
    front = " ".join(given)
    found = [word for word in words if key(word).startswith(key(started)) and word not in given]
    return tuple(f"{front} {word}".strip() for word in found[:MOST])


def _following(command: Command, given: list[str], vocabulary: Vocabulary) -> list[str]:
    takes = command.takes
    services = [service for word in given if (service := vocabulary.service(word))]
    placed = any(vocabulary.environment(word) for word in given)
    words: list[str] = []
    if takes.command is not Taken.NEVER and not given:
        words += list(vocabulary.commands)
    if takes.service is not Taken.NEVER and not services:
        words += [service.name for service in vocabulary.services]
    elif takes.environment is not Taken.NEVER and not placed:
        names = {each.name: each.production for service in services for each in service.environments}
        words += sorted(names, key=lambda name: names[name])
    return [*words, *sorted(takes.flags)] if services or not takes.flags else words
