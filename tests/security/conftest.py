"""The same ships as in the conversations: an attacker meets the whole bot."""

from tests.conversations.conftest import guarded, launch, ship
from tests.integrations.local.conftest import scene

__all__ = ["guarded", "launch", "scene", "ship"]
