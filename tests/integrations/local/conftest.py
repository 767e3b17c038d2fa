"""A scene that leaves no process behind."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.local import supervisor
from tests.integrations.local.scenery import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(folder=tmp_path)
    yield scene
    for run in scene.runs.all():
        for name in (supervisor.STARTED, supervisor.COMMAND):
            if (process := run.alive(name)) is not None:
                os.killpg(os.getpgid(process), signal.SIGKILL)
