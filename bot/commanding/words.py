"""What was typed, understood: the words of a command in their places."""

from dataclasses import dataclass

from bot.domain.terms import Target


@dataclass(frozen=True, kw_only=True)
class Words:
    """The words of one command by configured names; what it does not take stays empty.

    `targets` has one entry per service once service and environment are both known. `to` is the revision of `--to`, `ref` what is to be
    deployed, `about` the verb that `help` or `why` is asked about, `person` and `permission`
    those that `can` is asked about. `filled` names the words that came from where it was typed;
    `free` are the words that the command reads itself, `weeks` the number of `--weeks` (0: none);
    `span` are the two ends of `BASE..HEAD`, each an environment or a ref (an empty second one: the default branch).
    """

    services: tuple[str, ...] = ()
    environment: str = ""
    targets: tuple[Target, ...] = ()
    ref: str = ""
    span: tuple[str, str] | None = None
    to: str = ""
    because: str = ""
    about: str = ""
    person: str = ""
    permission: str = ""
    dry_run: bool = False
    everything: bool = False
    free: tuple[str, ...] = ()
    weeks: int = 0
    filled: frozenset[str] = frozenset()

    @property
    def target(self) -> Target:
        """The only target, for commands that take one; the grammar has made sure that it is there."""
        return self.targets[0]
