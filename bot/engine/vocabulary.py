"""The grammar's words, from the catalogue."""

from collections.abc import Mapping

from bot.commanding import Command, KnownEnvironment, KnownService, Vocabulary
from bot.engine.catalogue import Catalogue, Service


def vocabulary_of(catalogue: Catalogue, commands: Mapping[str, Command]) -> Vocabulary:
    """Every service with its environments, and every command."""
    services = tuple(_known(service) for service in catalogue.services.values())
    return Vocabulary(services=services, commands=commands, command=catalogue.command)


def _known(service: Service) -> KnownService:
    environments = tuple(
        KnownEnvironment(name=each.name, aliases=each.aliases, production=each.policy.production)
        for each in service.environments
    )
    return KnownService(
        name=service.name,
        environments=environments,
        aliases=service.aliases,
        channel=service.channel,
        repository=service.repository,
    )
