"""The same ships as in the conversations: an attacker meets the whole bot."""

from tests.conversations.conftest import launch, ship

__all__ = ["launch", "ship"]
