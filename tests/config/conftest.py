"""Fixtures of the configuration tests."""

from pathlib import Path

import pytest

from tests.config.files import Files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A folder for configuration files."""
    return Files(tmp_path)
