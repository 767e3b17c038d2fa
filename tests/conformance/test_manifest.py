"""The generated manifest is valid by Slack's published schema, for both transports."""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.config.connection import Mode
from bot.slack.manifest import Description, manifest

ROOT = os.environ.get("QUARTERDECK_API_DATA", "")
SCHEMAS = sorted(Path(ROOT).rglob("manifest.schema.2.0.0.json")) if ROOT else []


@pytest.fixture
def schema() -> Any:
    if not SCHEMAS:
        pytest.skip("QUARTERDECK_API_DATA does not name a folder with manifest.schema.2.0.0.json")
    return json.loads(SCHEMAS[0].read_text())


def errors(made: Any, schema: Any) -> list[str]:
    validator = jsonschema.validators.validator_for(schema)(schema)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(made)]


@pytest.mark.parametrize("transport", list(Mode))
@pytest.mark.parametrize("length", [1, 5_000])
def test_the_manifest_is_valid(schema: Any, transport: Mode, length: int) -> None:
    """With the shortest and far too long descriptions."""
    said = {"/ops": Description(says="d" * length, usage="u" * length)}
    made = manifest("/ops", ("/deploy", "/rollback"), transport, "https://ops.acme.example", said)
    assert errors(made, schema) == []


def test_the_check_can_fail(schema: Any) -> None:
    """The schema is the one that knows our parts: a damaged manifest is refused."""
    made: Any = manifest("/ops", (), Mode.SOCKET, "", {})
    made["features"]["slash_commands"][0]["command"] = "ops"
    made["features"]["app_home"]["home_tab"] = True
    assert len(errors(made, schema)) == 2
