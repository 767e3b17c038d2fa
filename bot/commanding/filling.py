"""What was left out: filled in from where it was typed, asked for, or refused; the environment is never guessed."""

from collections.abc import Sequence

from bot.commanding.command import Command, Taken
from bot.commanding.complaints import unknown_environment, unknown_service, unknown_word, usage
from bot.commanding.distance import near
from bot.commanding.normalise import key, shown
from bot.commanding.reading import Draft
from bot.commanding.refs import read_ref, same_repository
from bot.commanding.scanning import Token
from bot.commanding.unclear import Unclear
from bot.commanding.vocabulary import Context, KnownService, Vocabulary
from bot.commanding.words import Words
from bot.domain.terms import Target

MOST_COMPARED = 3  # spare words; with more than one the line is refused anyway, and each costs a look at every name


def fill(draft: Draft, command: Command, vocabulary: Vocabulary, context: Context) -> tuple[Words, tuple[str, ...]]:
    """The words, and the names of those that are missing. Raises Unclear where a word fits nowhere."""
    takes = command.takes
    _mistyped(draft, command, vocabulary, context)
    _spare_ref(draft, command, vocabulary)
    services, filled = _services(draft, command, vocabulary, context)
    environment = draft.environment.word if draft.environment else ""
    here = context.thread_target
    if not environment and draft.span is None and here is not None and _thread_fits(draft, command, services, here):
        environment, filled = here.environment, filled | {"environment"}
    targets = _targets(draft, services, environment, vocabulary)
    ref = _ref(draft, services)
    words = Words(
        services=tuple(service.name for service in services),
        environment=_environment_name(targets, environment, vocabulary),
        targets=targets,
        ref=ref,
        span=draft.span,
        to=draft.to,
        because=draft.because,
        about=draft.about,
        person=draft.person,
        permission=draft.permission,
        dry_run=draft.dry_run,
        everything=draft.everything,
        free=tuple(each.word for each in draft.free),
        weeks=draft.weeks,
        filled=filled,
    )
    _whole(words, command)
    missing = [
        name
        for name, taken, given in (
            ("service", takes.service, bool(services)),
            ("environment", takes.environment, bool(environment) or draft.span is not None),
            ("command", takes.command, bool(draft.about)),
            ("ref", takes.ref, bool(ref)),
            ("permission", takes.permission, bool(draft.permission)),
        )
        if taken is Taken.MUST and not given
    ]
    return words, tuple(missing)


def _mistyped(draft: Draft, command: Command, vocabulary: Vocabulary, context: Context) -> None:
    """A spare word that looks like a name which is not there is a mistake, not a revision."""
    takes = command.takes
    for token in draft.spare[:MOST_COMPARED]:
        word = key(token.word)
        wants_environment = takes.environment is not Taken.NEVER and draft.environment is None
        wants_service = takes.service is not Taken.NEVER and not draft.services
        if wants_environment and near(word, _environment_words(draft.services, vocabulary)):
            here = None if draft.services else _service_of_place(draft, command, vocabulary, context)
            raise unknown_environment(token, [here] if here else draft.services, vocabulary)
        if wants_service and near(word.removeprefix("#").partition("@")[0], vocabulary.service_words):
            raise unknown_service(token, vocabulary)


def _environment_words(services: Sequence[KnownService], vocabulary: Vocabulary) -> Sequence[str]:
    if not services:
        return vocabulary.environment_words
    named = [each for service in services for each in service.environments]
    return [word for each in named for word in (key(each.name), *map(key, each.aliases))]


def _spare_ref(draft: Draft, command: Command, vocabulary: Vocabulary) -> None:
    """One spare word may be the revision, where the command takes one."""
    for token in draft.spare:
        if command.takes.ref is Taken.NEVER:
            raise _unknown(token, draft, command, vocabulary)
        draft.refs.append((token, read_ref(token.word)))
    if draft.refs and command.takes.ref is Taken.NEVER:
        raise unknown_word(draft.refs[0][0], command)
    _one_for_all(draft)
    revisions = list(dict.fromkeys(ref.text for _, ref in draft.refs))
    if len(revisions) > 1:
        raise Unclear(
            f"There are two revisions: “{shown(revisions[0])}” and “{shown(revisions[1])}”. One at a time.",
            hint=usage(command),
        )


def _one_for_all(draft: Draft) -> None:
    """`web@v1,api` leaves open what api gets; `web@v1,api@v1` and `web,api v1` do not."""
    attached = {service.name for service, _ in draft.attached}
    if len(draft.services) < 2 or not attached:
        return
    if len(attached) < len(draft.services) or len({ref.text for _, ref in draft.attached}) > 1:
        raise Unclear(
            "A revision counts for all services of a command, not for one of them.",
            hint="Name it once, at the end, or send one command per service.",
        )


def _unknown(token: Token, draft: Draft, command: Command, vocabulary: Vocabulary) -> Unclear:
    """A word that can only be a name, and is none."""
    takes = command.takes
    if token.word.isdigit():
        return unknown_word(token, command)
    if takes.service is not Taken.NEVER and not draft.services:
        return unknown_service(token, vocabulary)
    if takes.environment is not Taken.NEVER and draft.environment is None:
        return unknown_environment(token, draft.services, vocabulary)
    return unknown_word(token, command)


def _services(
    draft: Draft, command: Command, vocabulary: Vocabulary, context: Context
) -> tuple[list[KnownService], frozenset[str]]:
    taken = command.takes.service
    if draft.services or taken is Taken.NEVER or draft.everything:
        return draft.services, frozenset()
    found = _service_of_link(draft, vocabulary) or _service_of_place(draft, command, vocabulary, context)
    if found is not None:
        return [found], frozenset({"service"})
    return [], frozenset()


def _service_of_link(draft: Draft, vocabulary: Vocabulary) -> KnownService | None:
    """The one service that is deployed from the repository of a link."""
    linked = next((ref.repository for _, ref in draft.refs if ref.repository), "")
    if not linked:
        return None
    known = [each for each in vocabulary.services if each.repository and same_repository(linked, each.repository, ())]
    return known[0] if len(known) == 1 else None


def _service_of_place(draft: Draft, command: Command, vocabulary: Vocabulary, context: Context) -> KnownService | None:
    """That of the thread's operation; where a service is required also the only one of the channel."""
    if context.thread_target is not None:
        return vocabulary.service(context.thread_target.service)
    required = command.takes.service is Taken.MUST
    if required and len(context.channel_services) == 1 and not any(ref.repository for _, ref in draft.refs):
        return vocabulary.service(context.channel_services[0])
    return None


def _thread_fits(draft: Draft, command: Command, services: Sequence[KnownService], here: Target) -> bool:
    """The thread's environment counts only for its own service, and where it may be left out only if nothing else was named."""
    if draft.everything or draft.dangling or [service.name for service in services] != [here.service]:
        return False
    if services[0].environment(here.environment) is None:  # no longer configured
        return False
    taken = command.takes.environment
    return taken is Taken.MUST or (taken is Taken.MAY and not draft.services)


def _targets(draft: Draft, services: Sequence[KnownService], word: str, vocabulary: Vocabulary) -> tuple[Target, ...]:
    """Each service's own environment of that name. Raises Unclear where one of them has none."""
    if not word:
        return ()
    targets = []
    for service in services:
        environment = service.environment(word)
        if environment is None:
            raise unknown_environment(_typed(draft, word), [service], vocabulary)
        targets.append(Target(service=service.name, environment=environment.name))
    return tuple(targets)


def _typed(draft: Draft, word: str) -> Token:
    return draft.environment or Token(text=word, start=0, end=0)


def _environment_name(targets: Sequence[Target], word: str, vocabulary: Vocabulary) -> str:
    names = {target.environment for target in targets}
    return names.pop() if len(names) == 1 else vocabulary.environment(word)


def _ref(draft: Draft, services: Sequence[KnownService]) -> str:
    """The revision; a link has to be of the services' own repository."""
    if not draft.refs:
        return ""
    ref = next((ref for _, ref in draft.refs if ref.repository), draft.refs[0][1])
    for service in services:
        names = (service.name, *service.aliases)
        if ref.repository and not same_repository(ref.repository, service.repository, names):
            raise Unclear(
                f"That is a link into {ref.repository[:60]}, and {service.name} is deployed from another repository.",
                hint=f"If you mean the same name there, write it without the link: {ref.text}",
            )
    return ref.text


def _whole(words: Words, command: Command) -> None:
    """Words that exclude each other."""
    if words.everything and (words.services or words.environment):
        raise Unclear("Either all, or a service and an environment.", hint=usage(command))
    if words.span and (words.environment or words.ref):
        raise Unclear("Either an environment, or a range with two dots.", hint=usage(command))
    if words.ref and words.to:
        raise Unclear("There are two revisions: name one.", hint=usage(command))
