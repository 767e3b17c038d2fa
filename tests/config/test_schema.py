"""The JSON Schema agrees with what `load` accepts."""

from pathlib import Path

import jsonschema
import pytest

from bot.config import safe_yaml
from bot.config.schema import schema
from tests.config.files import KINDS, REAL, SECTIONS, Files
from tests.config.test_loading import SMALLEST_WITH_A_FORGE, SMALLEST_WITH_A_SCRIPT

EXAMPLE = Path(__file__).parents[2] / "config.example.yaml"


def complaints(text: str, **kinds: object) -> list[str]:
    """What an editor would underline."""
    checker = jsonschema.Draft202012Validator(schema(kinds or KINDS))  # type: ignore[arg-type]
    return [error.json_path for error in checker.iter_errors(safe_yaml.loads(text))]


def test_the_schema_is_a_schema() -> None:
    """With and without integrations."""
    for kinds in (KINDS, REAL, {}):
        jsonschema.Draft202012Validator.check_schema(schema(kinds))


@pytest.mark.parametrize("text", [SMALLEST_WITH_A_SCRIPT, EXAMPLE.read_text(encoding="utf-8")])
def test_files_that_load_are_fine_for_an_editor(text: str) -> None:
    """The smallest and the largest."""
    assert complaints(text, **REAL) == []


def test_the_smallest_test_file_and_its_variants_are_fine() -> None:
    """References stand wherever numbers and booleans may; environments may be empty."""
    services = SECTIONS["services"].replace("[staging, production]", "{staging: , production: {production: '${X}'}}")
    services = services.replace("run: [./deploy.sh]", "run: [x], tries: '${TRIES}', loud: true")
    integrations = "integrations: {script: , f: {kind: forge, token: '${T}', limits: {requests: 3}}}"
    assert complaints("\n".join([SECTIONS["slack"], services, integrations])) == []


@pytest.mark.parametrize(
    ("section", "where"),
    [
        ("frezes: 1", "$"),
        ("integrations: {github: {}}", "$.integrations.github"),
        ("integrations: {forge: {}}", "$.integrations.forge"),
        ("integrations: {f: {token: x}}", "$.integrations.f"),
        ("retention: {inbox: 7}", "$.retention.inbox"),
        ("web: {private: {listn: x}}", "$.web.private"),
        ("roles: {r: {people: [a], may: [deplyo]}}", "$.roles.r.may[0]"),
        ("environments: {x: {deploy: {rnu: 1}}}", "$.environments.x.deploy"),
        ("environments: {x: {production: maybe}}", "$.environments.x.production"),
        ("environments: {x: {confirm: sometimes}}", "$.environments.x.confirm"),
        ("environments: {x: {checks: some}}", "$.environments.x.checks"),
        ("slack: {}", "$.slack"),
        ("services: {web: {}}", "$.services.web"),
    ],
)
def test_mistakes_are_underlined(files: Files, section: str, where: str) -> None:
    """Whatever the schema refuses, `load` refuses too."""
    name = section.partition(":")[0]
    text = "\n".join(({**SECTIONS, name: section}).values())
    assert complaints(text) == [where] or where in set(complaints(text))
    assert files.problems(text)


def test_an_unknown_kind_is_refused_by_both() -> None:
    """`load` says more: a schema does not know what was meant."""
    unknown = SMALLEST_WITH_A_FORGE.replace("github", "gitlab")
    assert "$.integrations.gitlab" in complaints(unknown, **REAL)
    assert "$.integrations.github" not in complaints(SMALLEST_WITH_A_FORGE, **REAL)


def test_without_integrations_nothing_can_be_connected() -> None:
    """An empty list of kinds is no licence."""
    empty = jsonschema.Draft202012Validator(schema({}))
    assert not empty.is_valid({"slack": {"bot_token": "x"}, "services": {}, "integrations": {"a": {}}})
