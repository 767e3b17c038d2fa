"""What may be written about `local`, and what is refused with which words."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.config.values import Duration
from integrations import local
from integrations.local.settings import KEPT, LocalSettings, LocalTarget


def target(**written: object) -> LocalTarget:
    return LocalTarget.model_validate({"run": ("./deploy.sh",)} | written, context={"directory": Path("/srv/ops")})


def test_the_smallest_target() -> None:
    """A command is enough; it runs beside the configuration file, and sees nothing that could be a secret."""
    found = target()
    assert found.folder == Path("/srv/ops")
    assert found.current is None
    assert found.deadline is None
    assert not found.wants_checkout
    assert found.keep_environment == KEPT
    assert not any("TOKEN" in name or name.startswith("SLACK") for name in KEPT)


def test_paths_start_at_the_file() -> None:
    """Relative ones do; absolute ones and the home folder stay."""
    assert target(folder=Path("deploy")).folder == Path("/srv/ops/deploy")
    assert target(folder=Path("/opt")).folder == Path("/opt")
    assert target(folder=Path("~/x")).folder == Path.home() / "x"
    settings = LocalSettings.model_validate({"runs": Path("r")}, context={"directory": Path("/srv/ops")})
    assert settings.runs == Path("/srv/ops/r")
    assert LocalSettings().runs is None


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"run": ()}, "names no program"),
        ({"run": ("",)}, "names no program"),
        ({"run": ("a", "b\0c")}, "NUL"),
        ({"run": ("a", "{enviroment}")}, "no such placeholder: {enviroment}"),
        ({"current": ("a", "{revision}")}, "no such placeholder: {revision}"),
        ({"keep_environment": ("A=b",)}, "not the name of an environment variable"),
        ({"deadline": "10"}, "not a duration"),
        ({"grace": Duration.read("1h")}, "not between"),
        ({"shell": True}, "Extra inputs"),
    ],
)
def test_refusals(written: dict[str, object], words: str) -> None:
    """Each says what is wrong."""
    with pytest.raises(ValidationError) as raised:
        target(**written)
    assert words in str(raised.value)


def test_json_and_shell_syntax_are_left_alone() -> None:
    """Only a lower-case word in braces is a placeholder."""
    words = ("./x", '{"a": {"b": 1}}', "${HOME}", "{}", "{0}")
    assert target(run=words).run == words


def test_every_setting_is_described() -> None:
    """Help, schema and documentation come from these texts."""
    for model in (local.SETTINGS, local.TARGET):
        assert all(field.description for field in model.model_fields.values())
        assert model.model_config["frozen"]
        assert model.model_config["extra"] == "forbid"
