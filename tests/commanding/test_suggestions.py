"""Suggestions: whole commands, on buttons, and never something else than what was typed."""

import pytest

from bot.commanding import Missing, Misunderstood, Parsed, Suggestion, parse, spoken, typed, with_verb
from bot.commanding.vocabulary import Context
from bot.domain.terms import Door
from tests.commanding.reading import IN_THREAD, IN_WEB, SLASH, VOCABULARY, rows
from tests.commanding.test_grammar import NOT_UNDERSTOOD, UNDERSTOOD

EVERY = [line for line, _ in rows(UNDERSTOOD) + rows(NOT_UNDERSTOOD)]
PLACES = [SLASH, IN_WEB, IN_THREAD]


def suggested(line: str, context: Context) -> tuple[Suggestion, ...]:
    outcome = parse(line, VOCABULARY, context)
    return () if isinstance(outcome, Parsed) else outcome.suggestions


@pytest.mark.parametrize("line", EVERY)
def test_suggestions_are_commands(line: str) -> None:
    """Each reads back as itself, needs nothing from the place where it is clicked, and touches production last."""
    for context in PLACES:
        found = suggested(line, context)
        assert len(found) <= 3
        assert len({each.text for each in found}) == len(found)
        production = []
        for each in found:
            outcome = parse(each.text, VOCABULARY, SLASH)
            assert isinstance(outcome, Parsed | Missing)
            assert typed(outcome.command, outcome.words) == each.text
            assert not outcome.words.filled
            production.append(any(VOCABULARY.is_production(target) for target in outcome.words.targets))
        assert production == sorted(production)


@pytest.mark.parametrize("line", EVERY)
def test_what_was_understood_reads_back(line: str) -> None:
    """A command written out means the same again."""
    for context in PLACES:
        outcome = parse(line, VOCABULARY, context)
        if isinstance(outcome, Parsed):
            again = parse(typed(outcome.command, outcome.words), VOCABULARY, SLASH)
            assert isinstance(again, Parsed)
            assert again.command == outcome.command
            assert again.words.targets == outcome.words.targets
            assert again.words.ref == outcome.words.ref


@pytest.mark.parametrize("line", EVERY)
def test_a_suggestion_never_changes_a_name_that_was_right(line: str) -> None:
    """Services that were typed correctly are in every suggestion that names any, and no other joins them unseen."""
    given = {named.name for word in line.replace(",", " ").split() if (named := VOCABULARY.service(word.split("@")[0]))}
    for each in suggested(line, SLASH):
        outcome = parse(each.text, VOCABULARY, SLASH)
        assert isinstance(outcome, Parsed | Missing)
        new = set(outcome.words.services) - given
        assert all(name in each.label for name in new), f"{each} names {new} unseen"


def test_labels_are_short_where_only_a_name_changed() -> None:
    """A button says the name that was meant; where more changed it says the whole command."""
    assert [each.label for each in suggested("deploy web prodction", SLASH)] == ["staging", "production"]
    assert [each.label for each in suggested("deploy prodction", IN_WEB)] == [
        "deploy web staging",
        "deploy web production",
    ]
    assert [each.label for each in suggested("deplyo web staging", SLASH)] == ["deploy web staging"]


def test_free_text_survives_a_correction() -> None:
    """The reason and the flags are kept as they were."""
    found = suggested('rolback web prod --dry-run --because "x --to v9"', SLASH)
    assert [each.text for each in found] == ['rollback web production --dry-run --because "x --to v9"']


@pytest.mark.parametrize(
    "reason", ['say "no"', "it's", "both ' and \"", '"begins so', "“typographic”", "a --to b", 'x" y', "' x"]
)
def test_every_reason_can_be_typed_again(reason: str) -> None:
    """Quotes are chosen so that a reason with quotes reads back as one value, whatever is in it."""
    first = parse(f"rollback web prod because x{reason}", VOCABULARY, SLASH)
    assert isinstance(first, Parsed)
    again = parse(typed(first.command, first.words), VOCABULARY, SLASH)
    assert isinstance(again, Parsed)
    assert again.words == first.words


def test_hints_name_the_slash_command() -> None:
    """A hint can be typed as it stands."""
    outcome = parse("nonsense", VOCABULARY, SLASH)
    assert isinstance(outcome, Misunderstood)
    assert outcome.hint == "`/ops help` lists what you can do."
    usage = parse("promote web production main", VOCABULARY, SLASH)
    assert isinstance(usage, Misunderstood)
    assert usage.hint == "Usage: `/ops promote SERVICE… ENVIRONMENT [--because TEXT] [--dry-run]`"


@pytest.mark.parametrize(
    ("door", "shown"),
    [
        (Door.SLASH, "/ops deploy web"),
        (Door.DIRECT, "deploy web"),
        (Door.MENTION, "deploy web"),
        (Door.HOME, "/ops deploy web"),
    ],
)
def test_as_it_is_typed_there(door: Door, shown: str) -> None:
    """After a mention or in a direct message there is no slash command (in threads it would not work)."""
    assert spoken("deploy web", VOCABULARY, Context(door=door)) == shown


@pytest.mark.parametrize(
    ("command", "text", "line"),
    [
        ("/ops", "deploy web staging", "deploy web staging"),
        ("/OPS", "status", "status"),
        ("/deploy", "web staging", "deploy web staging"),
        ("/deploy", "", "deploy "),
        ("/deploy", "  deploy web staging", "  deploy web staging"),
        ("/deploy", "ship web staging", "ship web staging"),
        ("/deploy", "help", "deploy help"),
        ("/rollback", "web prod because x", "rollback web prod because x"),
        ("/deploy", "rollback web prod", "deploy rollback web prod"),
        ("/other", "web", "web"),
    ],
)
def test_slash_commands_of_their_own(command: str, text: str, line: str) -> None:
    """/deploy puts its verb in front, once."""
    assert with_verb(command, text, VOCABULARY) == line
