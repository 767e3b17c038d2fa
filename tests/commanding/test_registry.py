"""The folder is the registry: every file is a whole command, and help, hint and table come from it."""

from types import ModuleType
from typing import Any

import pytest

from bot.commanding import Command, KnownService, Missing, Parsed, Takes, Vocabulary, discover, parse
from bot.commanding.command import Taken
from bot.commanding.completing import complete
from bot.commanding.folder import registry
from bot.commanding.reference import BEGIN, END, refreshed, shortcut_hint, table, usage_hint
from bot.commanding.vocabulary import Context
from bot.domain.terms import Door, Permission
from tests.commanding.reading import SLASH, VOCABULARY, read

COMMANDS = discover()


def module(name: str = "commands.greet", **content: Any) -> ModuleType:
    """A file in the folder, as an author would write it."""
    made = ModuleType(name)
    given: dict[str, Any] = {"COMMAND": command(), "request": None, "answer": lambda: None} | content
    for key, value in given.items():
        if value is not None:
            setattr(made, key, value)
    return made


def command(**changes: Any) -> Command:
    given: dict[str, Any] = {
        "name": "greet",
        "usage": "greet",
        "summary": "Say hello.",
        "examples": ("greet",),
        "permission": Permission.HELP,
    }
    return Command(**(given | changes))


def test_the_commands() -> None:
    """What there is."""
    assert list(COMMANDS) == [
        *(
            "again",
            "approvals",
            "bypass",
            "can",
            "changes",
            "deploy",
            "digest",
            "doctor",
            "help",
            "history",
            "metrics",
            "notes",
        ),
        *(
            "overview",
            "plan",
            "promote",
            "rollback",
            "status",
            "stop",
            "undeployed",
            "unlock",
            "where",
            "whoami",
            "why",
        ),
    ]
    assert {name for name, each in COMMANDS.items() if each.acting} == {
        "bypass",
        "deploy",
        "promote",
        "rollback",
        "stop",
        "unlock",
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_is_understood(name: str) -> None:
    """An example that people copy works, for this very command."""
    for example in COMMANDS[name].examples:
        outcome = parse(example, VOCABULARY, SLASH)
        assert isinstance(outcome, Parsed), f"{example}: {read(example)}"
        assert outcome.command.name == name


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_whole(name: str) -> None:
    """A sentence of at most 60 characters, a usage line that begins with its name, and either a request or an answer."""
    found = COMMANDS[name]
    assert found.summary.endswith(".")
    assert len(found.summary) <= 60
    assert found.usage.split()[0] == found.brief.split()[0] == name
    assert "[" not in found.brief
    assert (found.request is None) != (found.answer is None)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_for_every_command(name: str) -> None:
    """Three ways to ask for it."""
    assert read(f"help {name}") == f"help {name}"
    assert read(f"{name} --help") == read(f"{name} ?") == ("help" if name == "help" else f"help {name}")


@pytest.mark.parametrize(
    ("modules", "problem"),
    [
        ([ModuleType("commands.empty")], "there is no COMMAND"),
        ([module(COMMAND="greet")], "there is no COMMAND"),
        ([module(answer=None)], "either request"),
        ([module(request=lambda: None)], "either request"),
        ([module(COMMAND=command(examples=()))], "needs an example"),
        ([module(COMMAND=command(summary="x" * 61))], "60 characters"),
        ([module(), module("commands.other")], "greet is taken by commands.greet"),
        ([module(), module("commands.hi", COMMAND=command(name="hi", aliases=("greet",)))], "greet is taken"),
        ([module(COMMAND=command(aliases=("all",)))], "all is a word of the grammar"),
    ],
)
def test_what_is_refused_at_start(modules: list[ModuleType], problem: str) -> None:
    """A file that is not whole, or takes a word that is taken, says so with its name."""
    with pytest.raises(ValueError, match=problem):
        registry(modules)


def test_a_further_module_joins_the_folder() -> None:
    """A package of somebody else brings its commands along."""
    assert "greet" in discover("commands", module())


@pytest.mark.parametrize(
    ("usage", "takes"),
    [
        ("x", Takes()),
        ("x SERVICE ENVIRONMENT", Takes(service=Taken.MUST, environment=Taken.MUST)),
        ("x [SERVICE…] [all]", Takes(service=Taken.MAY, several=True, everything=True)),
        ("x [COMMAND]", Takes(command=Taken.MAY)),
        ("x [ACTION] [REF] [--dry-run]", Takes(action=Taken.MAY, ref=Taken.MAY, flags=frozenset({"--dry-run"}))),
        ("x [--to REVISION] [--because TEXT]", Takes(flags=frozenset({"--to", "--because"}))),
    ],
)
def test_the_usage_line_is_the_grammar(usage: str, takes: Takes) -> None:
    """What people read and what is accepted cannot differ."""
    assert Takes.of(usage) == takes


@pytest.mark.parametrize(
    "usage", ["x WHATEVER", "x [--force]", "x --dry-run", "x [--to TEXT]", "x [SERVICE ENVIRONMENT]"]
)
def test_a_usage_line_that_means_nothing(usage: str) -> None:
    """An author hears at once what the grammar does not know."""
    with pytest.raises(ValueError, match="not a word of the grammar"):
        Takes.of(usage)


def test_a_command_may_keep_to_some_doors() -> None:
    """Elsewhere it says so instead of being carried out."""
    here = command(places=frozenset({Door.DIRECT}))
    vocabulary = Vocabulary(services=(), commands=COMMANDS | {"greet": here})
    assert isinstance(parse("greet", vocabulary, Context(door=Door.DIRECT)), Parsed)
    refused = parse("greet", vocabulary, SLASH)
    assert getattr(refused, "problem", "") == "greet does not work here."


def test_a_vocabulary_without_the_basics() -> None:
    """An empty line, a service alone and --help have to lead somewhere."""
    with pytest.raises(ValueError, match="help, overview, status"):
        Vocabulary(services=(), commands={})


def test_nothing_configured_yet() -> None:
    """Without any service there is still an answer."""
    vocabulary = Vocabulary(services=(), commands=COMMANDS)
    outcome = parse("deploy", vocabulary, SLASH)
    assert isinstance(outcome, Missing)
    assert outcome.example == "/ops deploy web staging"
    wrong = parse("history web", vocabulary, SLASH)
    assert getattr(wrong, "hint", "") == "No service is configured yet."
    bare = Vocabulary(services=(KnownService(name="web", environments=()),), commands=COMMANDS)
    assert isinstance(parse("deploy web", bare, SLASH), Missing)


def test_names_win_over_verbs_only_after_the_verb() -> None:
    """A service may be called like a command: it can still be deployed, and the command still works."""
    web = VOCABULARY.services[0]
    vocabulary = Vocabulary(services=(KnownService(name="plan", environments=web.environments),), commands=COMMANDS)
    deploy, plan = parse("deploy plan staging", vocabulary, SLASH), parse("plan", vocabulary, SLASH)
    assert isinstance(deploy, Parsed)
    assert deploy.words.services == ("plan",)
    assert isinstance(plan, Parsed)
    assert plan.command.name == "plan"


def test_channels_of_services() -> None:
    """By id or by name, with or without the sigil; no channel names nothing."""
    assert VOCABULARY.services_of("C0X", "team-web") == ("web",)
    assert VOCABULARY.services_of("C0TEAMAPI") == ("api",)
    assert VOCABULARY.services_of("C0X", "#team-money") == ("billing",)
    assert VOCABULARY.services_of("", "") == ()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("dep", ("deploy",)),
        ("deploy we", ("deploy web",)),
        (
            "deploy web ",
            ("deploy web staging", "deploy web production", "deploy web --because", "deploy web --dry-run"),
        ),
        ("deploy web pro", ("deploy web production",)),
        ("rollback web production --t", ("rollback web production --to",)),
        ("help sta", ("help status",)),
        ("nonsense ", ()),
        ("whoami ", ()),
        ("deploy ", ("deploy web", "deploy api", "deploy billing", "deploy demo")),
    ],
)
def test_completion(text: str, lines: tuple[str, ...]) -> None:
    """What may come next: names that exist, production last."""
    assert complete(text, VOCABULARY) == lines
    assert "status" in complete("", VOCABULARY) or len(complete("", VOCABULARY)) == 10


def test_the_table() -> None:
    """Acting commands first; a bar in a cell does not break the table."""
    lines = table(COMMANDS.values()).splitlines()
    assert len(lines) == len(COMMANDS) + 2
    assert lines[2].startswith("| Deploy a revision")
    odd = table([command(summary="This | that.")]).splitlines()[2]
    assert "This \\| that." in odd


def test_a_page_is_refreshed_between_its_markers() -> None:
    """Whatever stands around the table stays; a page without markers is refused."""
    page = refreshed(f"before\n{BEGIN}\nold\n{END}\nafter\n", COMMANDS.values())
    assert page.startswith("before\n")
    assert page.endswith("\nafter\n")
    assert "old" not in page
    assert refreshed(page, COMMANDS.values()) == page
    with pytest.raises(ValueError, match="needs the lines"):
        refreshed("nothing", COMMANDS.values())


def test_hints_beside_the_slash_commands() -> None:
    """Slack shows at most a hundred characters."""
    hint = usage_hint(COMMANDS.values())
    assert hint.startswith("deploy web staging · bypass · promote · rollback · stop")
    assert len(hint) <= 100
    assert shortcut_hint(COMMANDS["rollback"]).startswith("SERVICE ENVIRONMENT [--to REVISION]")
    assert len(shortcut_hint(COMMANDS["deploy"])) <= 100
