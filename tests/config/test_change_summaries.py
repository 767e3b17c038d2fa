"""Which files a change summary points at, and where its tickets are."""

from bot.domain.pieces import Author
from bot.domain.risks import FileClass
from bot.engine.catalogue import catalogue_of
from tests.config.files import Files

WEB = "services: {{web: {{repository: /srv/web.git, deploy: {{via: script, run: [x]}}, environments: [staging], {0}}}}}"


def test_files_and_tickets_of_a_service(files: Files) -> None:
    """By a name of one's own; without either nothing is added."""
    found = files.load(services=WEB.format("risky: {payments: [src/pay/**]}, tickets: 'https://t.example/{ticket}'"))
    service = catalogue_of(found).services["web"]
    assert service.risky == (FileClass(name="payments", globs=("src/pay/**",)),)
    assert service.tickets == "https://t.example/{ticket}"
    bare = catalogue_of(files.load()).services["web"]
    assert (bare.risky, bare.tickets) == ((), "")


def test_an_address_without_a_place_for_the_ticket(files: Files) -> None:
    """It is refused, with what to write."""
    for address in ("https://t.example/", "javascript:{ticket}"):
        problems = files.problems(services=WEB.format(f"tickets: '{address}'"))
        assert "not the address of a ticket" in problems
        assert "https://acme.example/browse/{ticket}" in problems


def test_authors_are_people_by_address_or_login(files: Files) -> None:
    """In any case; nobody is guessed."""
    found = catalogue_of(files.load(people="people: {U02ADA: {email: Ada@acme.example}, U02BOB: {unix: bob}}"))
    assert found.person_of(Author(name="A. Lovelace", email="ada@ACME.example")) == "U02ADA"
    assert found.person_of(Author(name="Bob")) == "U02BOB"
    assert found.person_of(Author(name="Ada")) == ""
    assert found.person_of(Author(name="", email="")) == ""
