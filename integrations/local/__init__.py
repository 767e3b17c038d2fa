"""Deploys with a command on this machine, from a git repository on this machine.

A run is a folder: `runs/<operation>-<step>-<n>`, made once and for ever, so that a second start of the same attempt adopts the first. A small
detached supervisor carries the command to its end whatever happens to the bot, and writes down how it ended (`supervisor.py` says how).
"""

from bot.ports import Integration, Surroundings
from integrations.local.probe import LocalProbe
from integrations.local.settings import LocalSettings, LocalTarget

NAME = "local"
SETTINGS = LocalSettings
TARGET = LocalTarget
PROBE = LocalProbe


def build(name: str, settings: LocalSettings, surroundings: Surroundings) -> Integration:
    """The connection `name`: everything but checks, which a folder of commits does not have."""
    # What only runs is loaded when something is to run: `check` needs the models alone, and should not wait for asyncio.
    from integrations.local.deployer import LocalDeployer  # noqa: PLC0415
    from integrations.local.doctor import LocalDoctor  # noqa: PLC0415
    from integrations.local.git import Git  # noqa: PLC0415
    from integrations.local.health import LocalHealth  # noqa: PLC0415
    from integrations.local.repository import LocalChanges  # noqa: PLC0415
    from integrations.local.runs import RunsFolder  # noqa: PLC0415
    from integrations.local.versions import LocalVersions  # noqa: PLC0415

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
