"""Suggestions and examples: whole commands, written out, for a button or to be typed."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.commanding.command import Command, Taken
from bot.commanding.normalise import DOUBLE_QUOTES, SINGLE_QUOTES, shown
from bot.commanding.outcome import Missing, Parsed, Suggestion
from bot.commanding.refs import looks_like_ref
from bot.commanding.unclear import Correction
from bot.commanding.vocabulary import Context, Vocabulary
from bot.commanding.words import Words
from bot.domain.terms import Door, Permission, Target

MOST = 3
_CODE = re.compile(r"`([^`/][^`]*)`")


def typed(command: Command, words: Words) -> str:
    """The command as it can be typed again, with everything that was filled in; reads back as the same words."""
    bare = words.ref if words.ref.startswith("#") or not words.services else ""
    attached = f"@{words.ref}" if words.ref and not bare else ""
    services = ",".join(f"{name}{attached}" for name in words.services)
    span = "..".join(words.span) if words.span else ""
    person = f"@{words.person}" if words.person else ""
    parts = [command.name, person, words.permission, words.about, services, words.environment, bare, span]
    parts += ["all"] if words.everything else []
    parts += ["--to", words.to] if words.to else []
    parts += list(words.free)
    parts += ["--weeks", str(words.weeks)] if words.weeks else []
    parts += ["--dry-run"] if words.dry_run else []
    parts += ["--because", _quoted(words.because)] if words.because else []
    return " ".join(part for part in parts if part)


def _quoted(reason: str) -> str:
    """In quotes that it does not contain itself; without any where it contains both kinds."""
    for quote, quotes in (('"', DOUBLE_QUOTES), ("'", SINGLE_QUOTES)):
        if not quotes & set(reason):
            return f"{quote}{reason}{quote}"
    return reason.lstrip("".join(DOUBLE_QUOTES | SINGLE_QUOTES)) or reason


def spoken(text: str, vocabulary: Vocabulary, context: Context) -> str:
    """The command as it is typed through that door: with the slash command, or bare."""
    bare = context.door in {Door.DIRECT, Door.MENTION}
    return text if bare else f"{vocabulary.command} {text}"


def with_slash(hint: str, command: str) -> str:
    """A hint in which every command in backticks begins with the slash command."""
    return _CODE.sub(lambda found: f"`{command} {found.group(1)}`", hint)


def suggestions(
    candidates: Sequence[tuple[Correction, Parsed | Missing]], vocabulary: Vocabulary, context: Context
) -> tuple[Suggestion, ...]:
    """At most three, each once, those that touch production last. Where something was filled in, the label says the whole command."""
    del context
    ordered = sorted(candidates, key=lambda found: _touches_production(found[1].words, vocabulary))
    found: dict[str, Suggestion] = {}
    for correction, reading in ordered:
        text = typed(reading.command, reading.words)
        label = correction.label if correction.label and not reading.words.filled else text
        found.setdefault(text, Suggestion(label=label, text=text))
    return tuple(found.values())[:MOST]


def _touches_production(words: Words, vocabulary: Vocabulary) -> bool:
    return any(vocabulary.is_production(target) for target in words.targets)


def whole_environments(
    command: Command, words: Words, missing: Sequence[str], vocabulary: Vocabulary
) -> tuple[Suggestion, ...]:
    """Where only the environment is missing: one suggestion for each that all the services have."""
    if tuple(missing) != ("environment",):
        return ()
    services = [service for name in words.services if (service := vocabulary.service(name))]
    first = services[0].environments if services else ()
    shared = [each for each in first if all(service.environment(each.name) for service in services)]
    shared.sort(key=lambda each: each.production)
    return tuple(
        Suggestion(label=each.name, text=typed(command, replace(words, environment=each.name)))
        for each in shared[:MOST]
    )


def missing_problem(command: Command, words: Words, missing: Sequence[str]) -> str:
    """What has to be named, as a question."""
    what = f" of {', '.join(words.services)}" if words.services else ""
    asked = " and ".join("which change" if name == "ref" else f"which {name}" for name in missing)
    question = f"{command.name.capitalize()}: {asked}{what}?"
    if "service" in missing and words.ref and not looks_like_ref(words.ref):
        return f"There is no service “{shown(words.ref)}”, so it was read as the revision. {question}"
    return f"{question} “{shown(words.ref)}” was read as the revision." if words.ref else question


def example_of(command: Command, words: Words, vocabulary: Vocabulary) -> str:
    """The command with what is missing put in: a service that exists, and an environment that is not production where there is one."""
    known = [service for name in words.services if (service := vocabulary.service(name))]
    services = known or list(vocabulary.services[:1])
    if not services:
        return command.examples[0]
    environments = sorted(services[0].environments, key=lambda each: each.production)
    if command.takes.ref is Taken.MUST:
        return typed(command, replace(words, ref=words.ref or "#412"))
    if command.takes.permission is Taken.MUST and not words.permission:
        words = replace(words, permission=Permission.DEPLOY)
    environment = words.environment or (environments[0].name if environments else "staging")
    target = Target(service=services[0].name, environment=environment)
    names = tuple(service.name for service in services)
    return typed(command, replace(words, services=names, environment=environment, targets=(target,)))
