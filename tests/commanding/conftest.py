"""The installation that the grammar tests talk to."""

import pytest

from bot.commanding import Vocabulary
from tests.commanding.reading import VOCABULARY


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return VOCABULARY
