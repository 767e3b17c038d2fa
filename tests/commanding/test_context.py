"""Where something is typed may fill in what was left out; it never fills in an environment that was not there."""

import pytest

from bot.commanding import Context, Missing, Parsed, parse
from bot.domain.terms import Door, Target
from tests.commanding.reading import IN_THREAD, IN_WEB, SLASH, VOCABULARY, read, rows

CHANNEL = """
deploy staging ⇒ deploy web staging [service]
deploy main to production ⇒ deploy web@main production [service]
deploy feature production ⇒ deploy web@feature production [service]
deploy #412 staging ⇒ deploy web staging #412 [service]
rollback prod because errors ⇒ rollback web production --because "errors" [service]
changes production ⇒ changes web production [service]
history ⇒ history web [service]
stop production ⇒ stop web production [service]
why production ⇒ why web production [service]
; another service named aloud is the one that is meant
deploy api staging ⇒ deploy api staging
; the environment is never guessed
deploy ⇒ deploy web ? environment [service]
deploy main ⇒ deploy web@main ? environment [service]
rollback ⇒ rollback web ? environment [service]
; a name that is nearly another service's is a mistake, not a revision of this one
deploy apii production ⇒ ✗ There is no service “apii”. | deploy api production
deploy wbe production ⇒ ✗ There is no service “wbe”. | deploy web production
; a link into another repository decides for itself
deploy https://github.com/acme/api/pull/7 staging ⇒ deploy api staging #7 [service]
deploy https://github.com/acme/other/pull/7 staging ⇒ deploy staging #7 ? service
; where a service may be left out, leaving it out means something
status ⇒ status
status production ⇒ status production
status all ⇒ status all
"""

THREAD = """
deploy ⇒ deploy web production [environment, service]
deploy main ⇒ deploy web@main production [environment, service]
rollback ⇒ rollback web production [environment, service]
rollback because errors ⇒ rollback web production --because "errors" [environment, service]
rollback --to v1.3 ⇒ rollback web production --to v1.3 [environment, service]
stop ⇒ stop web production [environment, service]
changes ⇒ changes web production [environment, service]
history ⇒ history web production [environment, service]
status ⇒ status web production [environment, service]
why ⇒ why web production [environment, service]
why rollback ⇒ why rollback web production [environment, service]
rollback web ⇒ rollback web production [environment]
; another environment aloud
deploy staging ⇒ deploy web staging [service]
; another service aloud: its environment is not this thread's
deploy api ⇒ deploy api ? environment
deploy web,api ⇒ deploy web,api ? environment
; an unfinished line stays unfinished
deploy web to ⇒ deploy web ? environment
; naming only the service asks about all of it
status web ⇒ status web
status all ⇒ status all
history api ⇒ history api
plan ⇒ plan
"""


@pytest.mark.parametrize(("line", "meaning"), rows(CHANNEL))
def test_in_the_channel_of_one_service(line: str, meaning: str) -> None:
    """The channel's only service may be left out."""
    assert read(line, IN_WEB) == meaning


@pytest.mark.parametrize(("line", "meaning"), rows(THREAD))
def test_in_the_thread_of_an_operation(line: str, meaning: str) -> None:
    """Service and environment may both be left out there."""
    assert read(line, IN_THREAD) == meaning


def test_a_channel_of_two_services_names_none() -> None:
    """Two candidates are a question."""
    context = Context(door=Door.MENTION, channel_services=("web", "api"))
    assert read("deploy staging", context) == "deploy staging ? service"


def test_a_thread_about_something_that_is_gone() -> None:
    """A target that was removed from the configuration fills in nothing."""
    for target in (Target(service="gone", environment="production"), Target(service="web", environment="gone")):
        outcome = parse("rollback", VOCABULARY, Context(door=Door.MENTION, thread_target=target))
        assert isinstance(outcome, Missing)
        assert "environment" in outcome.missing
        assert not outcome.words.targets


def test_what_was_filled_in_is_told() -> None:
    """The plan shows it in bold, so it has to be known."""
    outcome = parse("rollback", VOCABULARY, IN_THREAD)
    assert isinstance(outcome, Parsed)
    assert outcome.words.filled == {"service", "environment"}


@pytest.mark.parametrize("line", ["deploy foo production", "history foo", "deploy wbe staging", "deploy web prodction"])
def test_more_context_never_takes_a_misunderstanding_back(line: str) -> None:
    """An answer in the ack, before the place is known, is never wrong afterwards."""
    if read(line, SLASH).startswith("✗"):
        assert read(line, IN_WEB).startswith("✗")


def test_example_and_buttons_for_what_is_missing() -> None:
    """Where no form can be opened, an example is shown; it never proposes production."""
    outcome = parse("deploy web", VOCABULARY, SLASH)
    assert isinstance(outcome, Missing)
    assert outcome.problem == "Deploy: which environment of web?"
    assert outcome.example == "/ops deploy web staging"
    assert [each.label for each in outcome.suggestions] == ["staging", "production"]
    assert [each.text for each in outcome.suggestions] == ["deploy web staging", "deploy web production"]
    in_thread = parse("deploy", VOCABULARY, IN_WEB)
    assert isinstance(in_thread, Missing)
    assert in_thread.example == "deploy web staging"


def test_a_word_that_was_taken_for_a_revision_is_named() -> None:
    """Nobody wonders where their word went."""
    outcome = parse("deploy shop staging", VOCABULARY, SLASH)
    assert isinstance(outcome, Missing)
    assert outcome.problem == ("There is no service “shop”, so it was read as the revision. Deploy: which service?")
    assert outcome.words.ref == "shop"
