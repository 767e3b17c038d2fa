"""Every view against Slack's published structure, and against the playground's strictness."""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.domain.messages import Message, View
from bot.playground.blocks import message_problems, too_large, view_problems
from bot.views.gallery import GALLERY, gallery
from tests.support.blocks import payload
from tests.support.words import STORIES

PUBLISHED = Path(os.environ.get("QUARTERDECK_API_DATA", "")) / "slack" / "block-kit.structure.schema.json"
HAVE = bool(os.environ.get("QUARTERDECK_API_DATA")) and PUBLISHED.is_file()


def every(story: str) -> list[tuple[str, Message | View]]:
    return [(name, sample()) for name, sample in gallery(STORIES[story]).items()]


@pytest.mark.skipif(not HAVE, reason="QUARTERDECK_API_DATA names no published schemas")
@pytest.mark.parametrize("story", STORIES)
def test_published_structure(story: str) -> None:
    """Blocks have the fields and types that Slack publishes, no others."""
    schema: dict[str, Any] = json.loads(PUBLISHED.read_text())
    validator = jsonschema.Draft7Validator(schema)
    for name, shown in every(story):
        found = [error.message[:200] for error in validator.iter_errors(payload(shown)["blocks"])]
        assert not found, f"{name}: {found[:3]}"


@pytest.mark.parametrize("story", STORIES)
def test_the_playground_takes_every_view(story: str) -> None:
    """The local Slack, which is as strict as the real one, finds nothing to refuse."""
    for name, shown in every(story):
        body = payload(shown)
        found = message_problems(body) if isinstance(shown, Message) else view_problems(body)
        assert not found, f"{name}: {found[:3]}"
        assert not too_large(body), name


def test_there_is_something_to_look_at() -> None:
    """The gallery is not empty."""
    assert len(GALLERY) > 100
