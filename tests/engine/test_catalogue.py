"""What may be deployed where, in the engine's words."""

import pytest

from bot.domain.terms import Target
from bot.engine.catalogue import is_user
from tests.support.ship import WEB_STAGING, catalogue


def test_targets_in_the_order_of_the_file() -> None:
    """Every service with its environments."""
    found = catalogue()
    assert [str(each) for each in found.targets()][:3] == ["web → staging", "web → production", "api → staging"]
    assert found.find(WEB_STAGING) is not None
    assert found.find(Target(service="web", environment="moon")) is None
    assert found.find(Target(service="moon", environment="staging")) is None


@pytest.mark.parametrize(
    ("word", "user"),
    [("U02ADA", True), ("W0123", True), ("engineering", False), ("S0123ABC", False), ("U", False), ("Uno", False)],
)
def test_a_user_id_and_a_group(word: str, user: bool) -> None:
    """Only Slack's own ids are people; every other word is a user group."""
    assert is_user(word) is user


def test_owners_are_called_only_by_ids() -> None:
    """A handle cannot be mentioned; nobody is called for a service that nobody owns."""
    found = catalogue()
    assert found.owners("web") == ("<@U02LINUS>",)
    assert found.owners("api") == ()
    assert found.owners("moon") == ()
    assert found.groups() == {"engineering"}
