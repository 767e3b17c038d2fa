"""Words into places: which is a service, which an environment, which a revision; in any order, and none is ignored."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.commanding.command import Command, Taken
from bot.commanding.complaints import POLITE, TURNING, not_taken, stray, unknown_environment, unknown_service, usage
from bot.commanding.normalise import key, shown
from bot.commanding.refs import Ref, is_link, read_ref
from bot.commanding.scanning import ARROWS, Flag, Item, Reason, Token
from bot.commanding.unclear import Correction, Unclear
from bot.commanding.vocabulary import KnownService, Vocabulary
from bot.domain.terms import Action, Permission

FILLERS = frozenset({"to", "in", "on"}) | ARROWS
_USER = re.compile(r"[UW][A-Z0-9]{2,}")
MOST_WEEKS = 104
JOINERS = frozenset({"and", "&", "+"})


@dataclass
class Draft:
    """What the words have said so far; `attached` are the refs of `web@v1.4`, `spare` are those that may be a revision or a mistyped name."""

    services: list[KnownService] = field(default_factory=list)
    environment: Token | None = None
    refs: list[tuple[Token, Ref]] = field(default_factory=list)
    attached: list[tuple[KnownService, Ref]] = field(default_factory=list)
    spare: list[Token] = field(default_factory=list)
    span: tuple[str, str] | None = None
    either: list[Token] = field(default_factory=list)
    about: str = ""
    person: str = ""
    permission: str = ""
    dangling: bool = False  # the line ends with a `to` that no environment follows
    everything: bool = False
    dry_run: bool = False
    because: str = ""
    to: str = ""
    weeks: int = 0
    free: list[Token] = field(default_factory=list)


def read(line: str, items: Sequence[Item], command: Command, vocabulary: Vocabulary) -> Draft:
    """Sort the words after the verb. Raises Unclear for the first that has no place."""
    reader = _Reader(line=line, command=command, vocabulary=vocabulary, items=items, draft=Draft())
    for at, item in enumerate(items):
        if isinstance(item, Token):
            reader.word(item, at)
        else:
            reader.flag(item)
    reader.finish()
    return reader.draft


@dataclass
class _Reader:
    """Walks over the words once; `filler` is a `to`, `in` or `on` that waits for its environment."""

    line: str
    command: Command
    vocabulary: Vocabulary
    items: Sequence[Item]
    draft: Draft
    filler: Token | None = None

    def flag(self, item: Flag | Reason) -> None:
        """`--because`, `--to`, `--weeks`, `--dry-run`: each once, and only where the command takes it."""
        name = "--because" if isinstance(item, Reason) else item.name
        if name not in self.command.takes.flags:
            raise not_taken(item, name, self.command)
        if isinstance(item, Reason):
            given, self.draft.because = self.draft.because, item.text
        elif name == "--to":
            given, self.draft.to = self.draft.to, _one_ref(item)
        elif name == "--weeks":
            given, self.draft.weeks = str(self.draft.weeks or ""), _weeks(item)
        else:
            given, self.draft.dry_run = "", True
        if given:
            raise Unclear(f"{name} is there twice.", hint="Once is enough.")

    def word(self, token: Token, at: int) -> None:
        """One word, by the first of these that fits: environment after `to`, little word, verb, name, revision."""
        word = token.word
        if self._about_somebody(token):
            return
        if self.command.takes.free and not self._has_place(token):
            self.draft.free.append(token)
        elif self.filler is not None:
            self._environment_after_filler(token)
        elif key(word) in FILLERS and not token.quoted and not self._is_name(word):
            self.filler = token
        elif self._little(token, at) or self._verb(token):
            return
        elif "," in word and not is_link(word):
            self._listed(token)
        else:
            self._name(token)

    def _about_somebody(self, token: Token) -> bool:
        """A person (`@ada`, `U02ADA`) or a permission, where the command takes one and nothing else came before."""
        takes, draft, word = self.command.takes, self.draft, token.word
        if draft.services or draft.environment is not None or token.quoted:
            return False
        if takes.person is not Taken.NEVER and not draft.person and (word.startswith("@") or _USER.fullmatch(word)):
            draft.person = word.removeprefix("@")
            return bool(draft.person)
        if takes.permission is not Taken.NEVER and not draft.permission and key(word) in set(Permission):
            draft.permission = key(word)
            return True
        return False

    def finish(self) -> None:
        """Words that can be both take the place that is free: a service first."""
        for token in self.draft.either:
            service = self.vocabulary.service(token.word)
            wanted = self.command.takes.service is not Taken.NEVER
            if service is not None and wanted and not self.draft.services:
                self.draft.services.append(service)
            else:
                self._environment(token)
        self.draft.dangling = self.filler is not None
        if self.filler is not None and self.draft.environment is not None:
            raise Unclear(
                f"After “{self.filler.word}” an environment is missing.",
                hint=usage(self.command),
                corrections=[Correction(start=self.filler.start, end=self.filler.end, replacement="")],
            )

    def _has_place(self, token: Token) -> bool:
        """Whether a command that reads words of its own takes this one as a name."""
        takes, word = self.command.takes, token.word.split(",")[0]
        service = takes.service is not Taken.NEVER and self.vocabulary.service(word) is not None
        environment = takes.environment is not Taken.NEVER and bool(self.vocabulary.environment(word))
        return not self.draft.free and (service or environment)

    def _is_name(self, word: str) -> bool:
        return self.vocabulary.service(word) is not None or bool(self.vocabulary.environment(word))

    def _environment_after_filler(self, token: Token) -> None:
        assert self.filler is not None, "asked only then"
        if self.vocabulary.environment(token.word):
            self.filler = None
            self._environment(token)
            return
        if self.draft.environment is not None and "--to" in self.command.takes.flags and key(self.filler.word) == "to":
            raise Unclear(
                "“to” is for an environment; a revision comes after --to.",
                hint=usage(self.command),
                corrections=[Correction(start=self.filler.start, end=token.end, replacement=f"--to {token.word}")],
            )
        raise unknown_environment(token, self.draft.services, self.vocabulary)

    def _little(self, token: Token, at: int) -> bool:
        word = key(token.word)
        if token.quoted or self._is_name(word):
            return False
        if word == ",":
            return True
        if word in JOINERS and self._between_services(at):
            return True
        if word == "all" and self.command.takes.everything:
            self.draft.everything = True
            return True
        if word == "dry-run" and "--dry-run" in self.command.takes.flags:
            self.draft.dry_run = True
            return True
        if word in POLITE or word in TURNING:
            raise stray(token, self.command)
        return False

    def _between_services(self, at: int) -> bool:
        around = [self.items[each] for each in (at - 1, at + 1) if 0 <= each < len(self.items)]
        words = [each.word.strip(",").split("@")[0].split(",")[0] for each in around if isinstance(each, Token)]
        return len(words) == 2 and all(self.vocabulary.service(word) for word in words)

    def _verb(self, token: Token) -> bool:
        verb = None if token.quoted or self._is_name(token.word) else self.vocabulary.verb(token.word)
        if verb is None:
            return False
        takes = self.command.takes
        acts = verb.name in set(Action)
        fits = takes.command is not Taken.NEVER or (takes.action is not Taken.NEVER and acts)
        if fits and not self.draft.about and not self.draft.services and self.draft.environment is None:
            self.draft.about = verb.name
            return True
        raise Unclear(
            f"“{shown(token.word)}” is a command of its own.",
            hint=f"A revision that is called so: `{self.command.name} SERVICE@{verb.name} ENVIRONMENT`"
            if self.command.takes.ref is not Taken.NEVER
            else "",
            corrections=[self._verb_first(token, verb.name)],
        )

    def _verb_first(self, token: Token, verb: str) -> Correction:
        """The same words with this verb in front of them, instead of the one that was there."""
        begin = self.items[0].start
        return Correction(start=0, end=token.end, replacement=f"{verb} {self.line[begin : token.start]}")

    def _listed(self, token: Token) -> None:
        """`web,api`: all of them services; anything else is one word."""
        at = token.start + (1 if token.quoted else 0)
        parts: list[Token] = []
        for text in token.text.split(","):
            if text.strip():
                parts.append(Token(text=text.strip(), start=at, end=at + len(text)))
            at += len(text) + 1
        if not parts:
            return
        known = [self._service_in(part) for part in parts]
        if not any(known):
            if len(parts) == 1:
                self._name(parts[0])
            else:
                self._not_environments(parts)
                raise unknown_service(parts[0], self.vocabulary)
            return
        for part, service in zip(parts, known, strict=True):
            if service is None:
                raise unknown_service(part, self.vocabulary, [each.name for each in known if each])
            self._service(part)

    def _not_environments(self, parts: Sequence[Token]) -> None:
        named = [each for each in parts if self.vocabulary.environment(each.word)]
        if named:
            first, last = parts[0], parts[-1]
            raise Unclear(
                "One environment at a time.",
                hint=usage(self.command),
                corrections=[
                    Correction(start=first.start, end=last.end, replacement=each.word, label=each.word)
                    for each in named
                ],
            )

    def _service_in(self, token: Token) -> KnownService | None:
        return self.vocabulary.service(token.word) or self.vocabulary.service(_split(token.word)[0])

    def _name(self, token: Token) -> None:
        word = token.word
        service, environment = self.vocabulary.service(word), self.vocabulary.environment(word)
        if service and environment:
            self.draft.either.append(token)
        elif environment:
            self._environment(token)
        elif service or self._service_in(token):
            self._service(token)
        elif self.command.takes.span and ".." in word and not is_link(word):
            self._span(token)
        elif is_link(word) or word.startswith(("#", "!")):
            self.draft.refs.append((token, read_ref(word)))
        elif word.startswith("@"):
            raise Unclear(f"“{shown(word)}” is a person or a group, not a service.", hint=usage(self.command))
        else:
            self.draft.spare.append(token)

    def _span(self, token: Token) -> None:
        """`production..main`: where it starts, and where it ends (left out: the default branch)."""
        base, _, head = token.word.partition("...") if "..." in token.word else token.word.partition("..")
        if not base or self.draft.span is not None:
            problem = (
                "There are two ranges: one at a time." if self.draft.span else "Before the dots something is missing."
            )
            raise Unclear(problem, hint=f"For example: `{self.command.name} SERVICE production..main`")
        self.draft.span = (read_ref(base).text, read_ref(head).text if head else "")

    def _service(self, token: Token) -> None:
        takes = self.command.takes
        service = self._service_in(token)
        assert service is not None, "looked up before"
        if takes.service is Taken.NEVER:
            raise Unclear(
                f"{self.command.name} takes no service.",
                hint=usage(self.command),
                corrections=[Correction(start=0, end=token.end, replacement=f"status {service.name}")],
            )
        if self.vocabulary.service(token.word) is None:
            ref = read_ref(_split(token.word)[1])
            self.draft.refs.append((token, ref))
            self.draft.attached.append((service, ref))
        if service in self.draft.services:
            return
        if self.draft.services and not takes.several:
            raise self._one_service_only(token, service)
        self.draft.services.append(service)

    def _one_service_only(self, token: Token, second: KnownService) -> Unclear:
        first = self.draft.services[0]
        return Unclear(
            f"{self.command.name} takes one service, and there are two: {first.name} and {second.name}.",
            hint=usage(self.command),
            corrections=[Correction(start=token.start, end=token.end, replacement="", label=first.name)],
        )

    def _environment(self, token: Token) -> None:
        if self.command.takes.environment is Taken.NEVER:
            raise Unclear(f"{self.command.name} takes no environment.", hint=usage(self.command))
        first = self.draft.environment
        if first is None:
            self.draft.environment = token
            return
        names = [self.vocabulary.environment(each.word) for each in (first, token)]
        raise Unclear(
            f"There are two environments: {names[0]} and {names[1]}. One at a time.",
            hint=f"A branch that is called so: `{self.command.name} SERVICE@{names[1]} ENVIRONMENT`"
            if self.command.takes.ref is not Taken.NEVER
            else "",
            corrections=[
                Correction(start=token.start, end=token.end, replacement="", label=names[0]),
                Correction(start=first.start, end=first.end, replacement="", label=names[1]),
            ],
        )


def _split(word: str) -> tuple[str, str]:
    """`web@v1.4` and `web#412` in two; the second part keeps its #."""
    at = min((found for found in (word.find("@"), word.find("#", 1)) if found > 0), default=-1)
    if at < 0:
        return word, ""
    return word[:at], word[at + 1 :] if word[at] == "@" else word[at:]


def _weeks(item: Flag) -> int:
    if not item.value.isascii() or not item.value.isdigit() or not 1 <= int(item.value) <= MOST_WEEKS:
        raise Unclear(f"--weeks takes a number from 1 to {MOST_WEEKS}.", hint="For example: `metrics web --weeks 8`")
    return int(item.value)


def _one_ref(item: Flag) -> str:
    return read_ref(item.value).text
