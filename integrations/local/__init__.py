"""Deploys with a command on this machine, from a git repository on this machine.

A run is a folder: `runs/<operation>-<step>-<n>`, made once and for ever, so that a second start of the same attempt adopts the first. A small
detached supervisor carries the command to its end whatever happens to the bot, and writes down how it ended (`supervisor.py` says how).
"""

from bot.ports import Integration, Surroundings
from integrations.local.deployer import LocalDeployer
from integrations.local.doctor import LocalDoctor
from integrations.local.git import Git
from integrations.local.health import LocalHealth, LocalProbe
from integrations.local.repository import LocalChanges
from integrations.local.runs import RunsFolder
from integrations.local.settings import LocalSettings, LocalTarget
from integrations.local.versions import LocalVersions

NAME = "local"
SETTINGS = LocalSettings
TARGET = LocalTarget
PROBE = LocalProbe


def build(name: str, settings: LocalSettings, surroundings: Surroundings) -> Integration:
    """The connection `name`: everything but checks, which a folder of commits does not have."""
    runs = RunsFolder(path=(settings.runs or surroundings.folder / "runs").absolute())
    git = Git(deadline=settings.git_deadline, secrets=surroundings.secrets)
    deployer = LocalDeployer(runs=runs, secrets=surroundings.secrets)
    versions = LocalVersions(clock=surroundings.clock, secrets=surroundings.secrets)
    return Integration(
        name=name,
        deployer=deployer,
        versions=versions,
        changes=LocalChanges(git=git),
        logs=deployer,
        doctor=LocalDoctor(name=name, git=git, runs=runs),
        health=LocalHealth(versions=versions),
    )
