"""Documentation that can drift is generated or tested: the table, the example, every YAML block, every help text."""

import itertools
import re
from pathlib import Path

import pytest

from bot.config import safe_yaml
from bot.config.file import File
from bot.config.reference import integration_table, renewed, setting_paths, settings_table
from tests.config.files import KINDS, REAL, Files

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "configuration.md"
EXAMPLE = ROOT / "config.example.yaml"
DEPLOYS = ("github", "local")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def every_setting() -> dict[str, str]:
    """The path of each accepted key (also of what deploys), and its help."""
    found = {path: setting.description or "" for path, setting in setting_paths(File)}
    for kind in DEPLOYS:
        models = REAL[kind]
        assert models.settings is not None
        assert models.target is not None
        for model, place in ((models.settings, "integrations.NAME."), (models.target, "services.SERVICE.deploy.")):
            found |= {path: setting.description or "" for path, setting in setting_paths(model, place)}
    return found


@pytest.mark.parametrize("path", every_setting())
def test_every_setting_has_help(path: str) -> None:
    """One sentence at least, with its full stop."""
    assert every_setting()[path].endswith(".")


def test_the_page_is_up_to_date() -> None:
    """`make docs` renews it."""
    text = PAGE.read_text(encoding="utf-8")
    tables = {f"integration {kind}": integration_table(kind, each) for kind, each in REAL.items()}
    assert renewed(text, {"settings": settings_table(), **tables}) == text
    assert text.count("<!-- generated:") == 1 + sum(f"generated:{name} -->" in text for name in tables)


@pytest.mark.parametrize("index", range(len(BLOCKS)))
def test_every_yaml_block_of_the_page_loads_without_a_warning(files: Files, index: int) -> None:
    """What is shown can be copied."""
    files.kinds = REAL
    files.environ["SLACK_SIGNING_SECRET"] = "0123456789abcdef"
    files.environ["SIEM_TOKEN"] = "siem-token-1"
    files.environ["PROMETHEUS_TOKEN"] = "prometheus-token-1"
    files.environ["WEBHOOK_SECRET"] = "webhook-secret-of-24"
    files.environ["GITHUB_TOKEN"] = "github_pat_11CANARY0"
    assert files.warnings(BLOCKS[index]) == ""


def test_the_page_has_blocks() -> None:
    """So that the test above cannot pass by finding none."""
    assert len(BLOCKS) >= 4


def test_the_example_loads_without_a_warning(files: Files) -> None:
    """With its variables set, as a newcomer would."""
    files.kinds = REAL
    files.environ["SIEM_TOKEN"] = "siem-token-1"
    files.environ["PROMETHEUS_TOKEN"] = "prometheus-token-1"
    files.environ["WEBHOOK_SECRET"] = "webhook-secret-of-24"
    files.environ["GITHUB_TOKEN"] = "github_pat_11CANARY0"
    assert files.warnings(EXAMPLE.read_text(encoding="utf-8")) == ""


def written_keys(value: object, path: str = "") -> set[str]:
    """Every dotted path of the example with names replaced as in `every_setting`."""
    if not isinstance(value, dict):
        return set()
    found = set()
    for key, inner in value.items():
        inside = f"{path}.{key}".removeprefix(".")
        generic = re.sub(
            r"^(services|teams|roles|people|integrations|environments|freezes|digests)\.[^.]+", _generic, inside
        )
        generic = re.sub(r"^(services\.SERVICE\.environments)\.[^.]+", r"\1.ENVIRONMENT", generic)
        found |= {generic} | written_keys(inner, inside)
    return found


def _generic(match: re.Match[str]) -> str:
    names = {"people": "USER", "integrations": "NAME"}
    return f"{match[1]}.{names.get(match[1], match[1].removesuffix('s').upper())}"


@pytest.mark.parametrize("path", every_setting())
def test_every_setting_is_in_the_example(path: str) -> None:
    """In its place, as a line or as a line that is commented out; a layer that repeats another's settings may leave them there."""
    text = EXAMPLE.read_text(encoding="utf-8")
    written = written_keys(safe_yaml.loads(text))
    key = path.rpartition(".")[2]
    own = next((layer for layer in LAYERS if path.startswith(f"{layer}.")), "")
    rest = path.removeprefix(f"{own}.")
    in_layers = {f"{layer}.{rest}" for layer in LAYERS if own}
    deploy = {f"{layer}.deploy.{key}" for layer in LAYERS} if ".deploy." in path else set()
    commented = re.search(rf"^\s*# {key}: ", text, re.MULTILINE)
    assert written & ({path} | in_layers | deploy) or commented


LAYERS = ("services.SERVICE.environments.ENVIRONMENT", "services.SERVICE", "environments.ENVIRONMENT")


def test_every_key_of_the_example_is_explained_where_it_first_stands() -> None:
    """By the comment above it."""
    explained: set[str] = set()
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    names = {path.rpartition(".")[2] for path in every_setting()}
    for before, line in itertools.pairwise(lines):
        found = re.match(r"\s*(?:# )?([a-z_]+):(?: |$)", line)
        names_an_environment = line.strip() == "production:"
        if found and not names_an_environment and found[1] in names - explained:
            assert before.strip().startswith("#"), f"{found[1]} has no comment above it: {line}"
            explained.add(found[1])
    assert len(explained) > 40


def test_settings_of_every_form_have_a_row() -> None:
    """Secrets, lists, choices, nested sections, defaults."""
    table = integration_table("forge", KINDS["forge"])
    assert "| `integrations.forge.token` | secret | (required) | The token. |" in table
    assert "| `integrations.forge.limits.requests` | whole number | `5` | How many. |" in table
    assert "| `deploy.workflow` | text | (required) | The file. |" in table
    script = integration_table("script", KINDS["script"])
    assert "| `deploy.loud` | true or false | `false` | Whether it prints. |" in script
    assert "| `deploy.ratio` | number | `0.5` | A share. |" in script
    assert "integrations.script" not in script
    assert "deploy." not in integration_table("watcher", KINDS["watcher"])


def test_an_unknown_block_is_an_error() -> None:
    """A marker without content would silently stay empty."""
    with pytest.raises(KeyError):
        renewed("<!-- generated:nothing -->\n<!-- end -->", {})
