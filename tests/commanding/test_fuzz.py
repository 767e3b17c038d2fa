"""Whatever is typed: the grammar answers, nothing raises, nothing is guessed, and free text stays text."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.commanding import Context, Missing, Misunderstood, Parsed, Reading, parse, typed
from bot.commanding.completing import complete
from bot.commanding.scanning import REASON_MOST
from tests.commanding.reading import IN_THREAD, IN_WEB, SLASH, VOCABULARY, rows
from tests.commanding.test_grammar import NOT_UNDERSTOOD, UNDERSTOOD

BOUNDED = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PLACES = st.sampled_from([SLASH, IN_WEB, IN_THREAD])
LINES = [line for line, _ in rows(UNDERSTOOD) + rows(NOT_UNDERSTOOD)]
WORDS = sorted({word for line in LINES for word in line.split()})
ODD = ["<@U0BOT>", "<#C1|web>", "<https://x.example/|web>", "—", "“", "”", "'", "`", "\u200b", "\u202e", "&amp;", "--", "@", "#", ",", "|", "<", ">", "\x00", "\ud800"]  # fmt: skip # noqa: E501
VERBS = sorted({line.split()[0] for line in LINES})
NAMES = ["web", "api", "billing", "demo", "staging", "production", "prod", "to", "in", "main", "v1.4", "#412", "because", "--to", "--dry-run", "wbe"]  # fmt: skip # noqa: E501
SOUP = st.tuples(
    st.sampled_from(VERBS),
    st.lists(st.sampled_from(NAMES) | st.sampled_from([*WORDS, *ODD]), max_size=7).map(" ".join),
).map(" ".join)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=120)


def whole(outcome: Reading) -> None:
    """What an answer must always be, whatever was typed."""
    if isinstance(outcome, Misunderstood):
        assert outcome.problem
        assert len(outcome.problem) < 300
    else:
        takes, words = outcome.command.takes, outcome.words
        assert len(words.because) <= REASON_MOST
        assert {target.service for target in words.targets} <= set(words.services)
        assert takes.several or len(words.services) <= 1
    if isinstance(outcome, Missing):
        assert outcome.missing
        assert outcome.problem
        assert outcome.example
    if isinstance(outcome, Parsed) and outcome.command.acting:
        assert outcome.words.targets


@BOUNDED
@given(text=ANY_TEXT, context=PLACES)
def test_any_text(text: str, context: Context) -> None:
    """Random Unicode, surrogates and control characters included."""
    whole(parse(text, VOCABULARY, context))
    complete(text, VOCABULARY)


@BOUNDED
@given(text=SOUP, context=PLACES)
def test_word_soups(text: str, context: Context) -> None:
    """Words of the grammar in any order and number."""
    whole(parse(text, VOCABULARY, context))


@BOUNDED
@given(
    line=st.sampled_from(LINES), at=st.integers(0, 80), cut=st.integers(0, 3), put=ANY_TEXT.map(lambda text: text[:4])
)
def test_mutated_commands(line: str, at: int, cut: int, put: str) -> None:
    """A command with something cut out and something put in."""
    whole(parse(line[:at] + put + line[at + cut :], VOCABULARY, SLASH))


@BOUNDED
@given(reason=st.text(max_size=100) | SOUP)
def test_free_text_is_never_scanned(reason: str) -> None:
    """Whatever stands in the reason, target, revision and dry run are those outside of it."""
    outcome = parse(f"rollback web production --because x {reason}", VOCABULARY, SLASH)
    if isinstance(outcome, Parsed):
        assert [str(target) for target in outcome.words.targets] == ["web → production"]
        assert (outcome.words.to, outcome.words.dry_run, outcome.words.ref) == ("", False, "")
        assert outcome.words.because.startswith("x")
    else:
        assert isinstance(outcome, Misunderstood)


@BOUNDED
@given(reason=st.text(max_size=100))
def test_a_reason_reads_back(reason: str) -> None:
    """A command that is written out again (on a button, in a card's thread) means the same."""
    outcome = parse(f"rollback web production because x{reason}", VOCABULARY, SLASH)
    if isinstance(outcome, Parsed):
        again = parse(typed(outcome.command, outcome.words), VOCABULARY, SLASH)
        assert isinstance(again, Parsed)
        assert again.words == outcome.words


@BOUNDED
@given(text=SOUP, context=PLACES)
def test_everything_reads_back(text: str, context: Context) -> None:
    """What was understood, written out, means the same anywhere."""
    outcome = parse(text, VOCABULARY, context)
    if isinstance(outcome, Parsed):
        again = parse(typed(outcome.command, outcome.words), VOCABULARY, SLASH)
        assert isinstance(again, Parsed)
        assert (again.command, again.words.targets, again.words.ref, again.words.to) == (
            outcome.command,
            outcome.words.targets,
            outcome.words.ref,
            outcome.words.to,
        )


@BOUNDED
@given(text=SOUP)
def test_a_misunderstanding_stays_one(text: str) -> None:
    """What was refused in the ack, before channel and thread were looked at, is not understood afterwards."""
    if isinstance(parse(text, VOCABULARY, SLASH), Misunderstood):
        for context in (IN_WEB, IN_THREAD):
            assert isinstance(parse(text, VOCABULARY, context), Misunderstood)


@BOUNDED
@given(text=SOUP)
def test_production_is_never_guessed(text: str) -> None:
    """Outside a thread an acting command reaches an environment only where somebody wrote it."""
    outcome = parse(text, VOCABULARY, IN_WEB)
    if isinstance(outcome, Parsed) and outcome.command.acting:
        words = [word.strip("`*'\"“”") for word in text.replace(",", " ").split()]
        for target in outcome.words.targets:
            service = VOCABULARY.service(target.service)
            assert service is not None
            written = {each.name for word in words if (each := service.environment(word))}
            assert target.environment in written


@BOUNDED
@given(text=SOUP, context=PLACES)
def test_suggestions_are_whole_commands(text: str, context: Context) -> None:
    """Each is understood, and says the same again."""
    outcome = parse(text, VOCABULARY, context)
    for each in () if isinstance(outcome, Parsed) else outcome.suggestions:
        again = parse(each.text, VOCABULARY, SLASH)
        assert isinstance(again, Parsed | Missing)
        assert typed(again.command, again.words) == each.text
