"""What the documentation says is true: settings, commands, links, generated parts, and what is in the package."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bot import config
from bot.commanding import Context, KnownEnvironment, KnownService, Parsed, Vocabulary, parse, with_verb
from bot.config.reference import setting_paths
from bot.discovering import all_commands, integration_models, integration_modules
from bot.domain.terms import Door
from tests.support.docs import ROOT, fresh, pages

STAGING = KnownEnvironment(name="staging")
PRODUCTION = KnownEnvironment(name="production", aliases=("prod",), production=True)
VOCABULARY = Vocabulary(
    services=tuple(KnownService(name=name, environments=(STAGING, PRODUCTION)) for name in ("web", "api")),
    commands=all_commands(),
)
ENVIRON = {
    "SLACK_BOT_TOKEN": "xoxb-1-1-abcdefabcdef",
    "SLACK_APP_TOKEN": "xapp-1-A1-1-abcdefabcdef",
    "SIEM_TOKEN": "siem-token-1",
    "PROMETHEUS_TOKEN": "prometheus-token-1",
    "WEBHOOK_SECRET": "webhook-secret-of-24",
    "GITHUB_TOKEN": "github_pat_11CANARY0",
    "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef",
}
PAGES = {str(page.relative_to(ROOT)): page.read_text(encoding="utf-8") for page in pages()}
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
ELSEWHERE = re.compile(r"(?:https?|mailto):")


def fenced(language: str) -> dict[str, str]:
    """Every block in that language, by page and number."""
    return {
        f"{name} {number}": body
        for name, text in PAGES.items()
        for number, (kind, body) in enumerate(FENCED.findall(text), start=1)
        if kind == language
    }


def code() -> Iterator[tuple[str, str]]:
    """Everything that stands as code: (page, line), from spans and from blocks that are typed or read."""
    for name, text in PAGES.items():
        yield from ((name, span) for span in SPAN.findall(FENCED.sub("", text)))
        for kind, body in FENCED.findall(text):
            if kind in {"", "bash", "text"}:
                yield from ((name, line.strip()) for line in body.splitlines())


YAML = fenced("yaml") | {"config.example.yaml": (ROOT / "config.example.yaml").read_text(encoding="utf-8")}
TYPED = sorted({line for _, line in code() if re.match(r"/(ops|deploy|rollback)\b", line)})
INVOKED = sorted({(name, line) for name, line in code() if re.match(r"quarterdeck [a-z-]", line)})


# ---- what can be copied works ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", YAML)
def test_every_yaml_block_is_a_configuration(name: str, tmp_path: Path) -> None:
    """It loads with the real models, with no problem and no warning."""
    file = tmp_path / "quarterdeck.yaml"
    file.write_text(YAML[name], encoding="utf-8")
    report = config.check(file, integration_models(integration_modules()), ENVIRON)
    assert config.render_problems([*report.problems, *report.warnings]) == ""


@pytest.mark.parametrize("line", TYPED)
def test_every_command_is_understood(line: str) -> None:
    """Typed exactly so, as a slash command, it needs no question back."""
    command, _, words = line.partition(" ")
    read = parse(with_verb(command, words, VOCABULARY), VOCABULARY, Context(door=Door.SLASH))
    short = command != "/ops" and not words
    assert short or isinstance(read, Parsed), f"{line}: {read}"


@pytest.mark.parametrize(("page", "line"), INVOKED)
def test_every_program_call_exists(page: str, line: str) -> None:
    """Subcommands and their long options are those of the real command line."""
    from bot.cli import main

    found: click.Command = main
    context = click.Context(main, info_name="quarterdeck")
    words = line.partition("#")[0].split()[1:]
    while words and isinstance(found, click.Group):
        following = found.get_command(context, words[0])
        assert following is not None, f"{page}: {line}: there is no {words[0]}"
        found, words = following, words[1:]
    known = {option for parameter in found.params for option in parameter.opts} | {"--help"}
    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known, f"{page}: {line}"


def test_there_is_something_to_check() -> None:
    """None of the tests above passes because nothing was found."""
    assert len(YAML) >= 6
    assert len(TYPED) >= 12
    assert {line.split()[1] for _, line in INVOKED} >= {"init", "manifest", "check", "doctor", "run"}


@pytest.mark.parametrize("target", sorted({line for _, line in code() if re.match(r"make [a-z]", line)}))
def test_every_make_target_exists(target: str) -> None:
    """`make demo` and its like are in the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target.split()[1]}:", makefile, re.MULTILINE)


# ---- nothing drifts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_generated_parts_are_up_to_date(name: str) -> None:
    """`make docs` would change nothing."""
    assert fresh(PAGES[name]) == PAGES[name], "run `make docs`"


def test_every_setting_is_documented() -> None:
    """Each key of the file, and each key of each integration, stands in the configuration page."""
    page = PAGES["docs/configuration.md"]
    paths = [path for path, _ in setting_paths()]
    for kind, models in integration_models(integration_modules()).items():
        paths += (
            [path for path, _ in setting_paths(models.settings, f"integrations.{kind}.")] if models.settings else []
        )
        paths += [path for path, _ in setting_paths(models.target, "deploy.")] if models.target else []
    assert [path for path in paths if f"`{path}`" not in page] == []


def test_every_command_is_documented() -> None:
    """Each verb has its row, and each alias stands there."""
    page = PAGES["docs/commands.md"]
    for command in all_commands().values():
        assert f"`{command.usage}`".replace("|", "\\|") in page
        assert all(f"`{alias}`" in page for alias in command.aliases)


def test_every_page_is_listed() -> None:
    """The index leads to every page below docs/, decisions included."""
    listed = {(ROOT / "docs" / link.partition("#")[0]).resolve() for link in LINK.findall(PAGES["docs/index.md"])}
    missing = [name for name in PAGES if name.startswith("docs/") and (ROOT / name).resolve() not in listed]
    assert [name for name in missing if name != "docs/index.md"] == []


def test_decisions_are_numbered_in_order() -> None:
    """0001, 0002 … without a gap, each with its number in the heading and what was decided in bold."""
    found = sorted(name for name in PAGES if name.startswith("docs/adr/"))
    for number, name in enumerate(found, start=1):
        assert Path(name).name.startswith(f"{number:04}-"), name
        assert PAGES[name].startswith(f"# {number}. "), name
        assert "**Decided.**" in PAGES[name], name


def anchors(text: str) -> set[str]:
    """The anchors that a page's headings get."""
    plain = (heading.replace("`", "") for heading in HEADING.findall(FENCED.sub("", text)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("name", PAGES)
def test_every_internal_link_leads_somewhere(name: str) -> None:
    """Files exist, and so do the headings behind a #."""
    for link in LINK.findall(FENCED.sub("", PAGES[name])):
        if ELSEWHERE.match(link):
            continue
        file, _, anchor = link.partition("#")
        target = (ROOT / name).parent / file if file else ROOT / name
        assert target.exists(), f"{name} links to {link}"
        assert ROOT in target.resolve().parents, f"{name} links out of the repository: {link}"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"{name} links to {link}"


# ---- nothing from outside --------------------------------------------------------------------------------------------


def tracked() -> list[Path]:
    """Every text of ours: what git knows, and what is new and not ignored."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        capture_output=True,
        check=True,
    )
    files = [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]
    return [file for file in files if file.is_file() and b"\0" not in file.read_bytes()[:4096]]


HOMES = "work|root|home/[a-z]+|Users/[A-Za-z]+"
REGISTRIES = "|".join(("py" + "pi", "npm" + "js", "files.python" + "hosted", "yarn" + "pkg"))
MACHINE = re.compile(rf"(?<![\w.$}}~-])/(?:{HOMES})/|https?://[\w.-]*(?:{REGISTRIES})|--(?:extra-)?index-url[ =]")


def test_no_file_names_a_machine_or_a_registry() -> None:
    """No path of a developer's machine, and no address of a package registry or mirror."""
    assert MACHINE.search("cd /" + "work/x"), "it would be noticed"
    assert MACHINE.search("https://" + "py" + "pi.org/simple"), "it would be noticed"
    found = {
        str(file.relative_to(ROOT)): hits
        for file in tracked()
        if (hits := MACHINE.findall(file.read_text(encoding="utf-8", errors="replace")))
    }
    assert found == {}


@pytest.mark.parametrize("name", ["run", "dev", "build"])
def test_requirements_are_locked(name: str) -> None:
    """Every package has one version and hashes, and no other place to come from."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    wanted = re.split(r"\n(?=[a-z0-9])", re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE).strip())
    assert len(wanted) > 2
    for entry in wanted:
        assert re.match(r"[a-z0-9._-]+(?:\[[a-z,]+\])?==[^\s;]+", entry), entry
        assert "--hash=sha256:" in entry, entry
    assert "://" not in text


def test_declared_dependencies_are_locked() -> None:
    """What pyproject.toml asks for is in requirements/run.txt."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    locked = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    for requirement in declared:
        name = re.split(r"[<>=\[ ]", requirement)[0]
        assert re.search(rf"^{name}==", locked, re.MULTILINE), name


@pytest.mark.real
def test_the_wheel_holds_three_packages(tmp_path: Path) -> None:
    """And nothing else: no tests, no benchmarks; with what the playground shows."""
    argv = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, env=environment, timeout=60)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.partition("/")[0] for name in names}
    assert {each for each in top if not each.endswith(".dist-info")} == {"bot", "commands", "integrations"}
    assert not [name for name in names if {"tests", "benchmarks"} & set(name.split("/"))]
    assert shown() <= set(names), "what the playground's page and the demo's services are made of"
    assert not [name for name in names if name.endswith((".pyc", ".db"))]


def shown() -> set[str]:
    """The files that the playground serves and the demo deploys."""
    folders = [ROOT / "bot" / "playground" / "page", ROOT / "bot" / "playground" / "demo" / "service"]
    files = (file for folder in folders for file in folder.rglob("*") if file.is_file() and file.suffix != ".pyc")
    return {str(file.relative_to(ROOT)) for file in files}
