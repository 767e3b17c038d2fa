"""A small installation, and commands called in it."""

from pathlib import Path

import pytest

from tests.app.harbour import installation
from tests.cli.inside import Call, inside


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Calls a command in the folder of the installation; logging stays as the tests have it."""
    installation(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bot.logs.set_up", lambda *words, **more: None)
    return inside
