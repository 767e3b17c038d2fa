"""What an answer of GitHub's proves, what is asked again, and what never leaves: one place decides, so these are its rules."""

import re
from collections.abc import Callable
from email.utils import formatdate

import pytest

from bot.domain.operations import Effect
from bot.domain.terms import MINUTE, SECOND
from bot.errors import IntegrationError, Kind
from integrations._http import Http
from integrations.github.client import GitHub
from tests.fakes.clock import START, FakeRandom
from tests.fakes.github import TOKEN, FakeGitHub, Fault, FaultKind
from tests.integrations.github.scenery import CANARY, QuickClock

REPOSITORY = "/repos/acme/web"
DISPATCH = f"{REPOSITORY}/actions/workflows/deploy.yml/dispatches"
START_IT = {"ref": "main", "inputs": {"environment": "staging", "revision": "a" * 40}, "return_run_details": True}
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def client(fake: FakeGitHub, clock: QuickClock) -> GitHub:
    return make(fake, clock)


def make(fake: FakeGitHub, clock: QuickClock, base: str = "", deadline: int = 5 * SECOND) -> GitHub:
    return GitHub(
        base=base or fake.url,
        token=fake.token,
        http=Http(),
        clock=clock,
        random=FakeRandom(),
        deadline=deadline,
        secrets=(CANARY, fake.token),
    )


async def read(client: GitHub) -> IntegrationError:
    with pytest.raises(IntegrationError) as raised:
        await client.get(REPOSITORY, what="the repository")
    return raised.value


async def write(client: GitHub) -> IntegrationError:
    with pytest.raises(IntegrationError) as raised:
        await client.write("POST", DISPATCH, START_IT, what="starting")
    return raised.value


def instead(status: int, body: str = '{"message": "No"}', times: int = 9, **headers: str) -> Fault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(kind=FaultKind.INSTEAD, status=status, body=body, headers=named, times=times)


# ---- what an answer proves -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Kind.INVALID),
        (401, Kind.AUTH),
        (403, Kind.FORBIDDEN),
        (404, Kind.NOT_FOUND),
        (409, Kind.CONFLICT),
        (410, Kind.INVALID),
        (418, Kind.INVALID),
        (422, Kind.INVALID),
        (429, Kind.RATE_LIMITED),
    ],
)
async def test_a_refusal_proves_that_nothing_was_done(
    fake: FakeGitHub, client: GitHub, status: int, kind: Kind
) -> None:
    """4xx, of a read and of a write; each is asked once, and says what was wanted and which status it was."""
    fake.faults += [instead(status)]
    for error in (await read(client), await write(client)):
        assert (error.kind, error.effect) == (kind, Effect.NONE)
        assert kind is Kind.RATE_LIMITED or f"({status})" in str(error)
    assert len(fake.asked) == 2
    assert fake.runs == {}


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_an_ill_github(fake: FakeGitHub, client: GitHub, status: int) -> None:
    """5xx: a read is tried three times and did nothing; of a write, sent once, nobody knows."""
    fake.faults += [instead(status)]
    error = await read(client)
    assert (error.kind, error.effect, len(fake.asked)) == (Kind.UNAVAILABLE, Effect.NONE, 3)
    error = await write(client)
    assert (error.kind, error.effect, len(fake.asked)) == (Kind.AMBIGUOUS, Effect.UNKNOWN, 4)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=FaultKind.AFTER, status=502, method="POST"),
        Fault(kind=FaultKind.DROP, method="POST"),
        Fault(kind=FaultKind.DROP_BEFORE, method="POST"),
        Fault(kind=FaultKind.CUT, method="POST", bytes=10),
        Fault(kind=FaultKind.AFTER, status=200, body="<html>Sign in</html>", method="POST"),
        Fault(kind=FaultKind.AFTER, status=200, body="[" * 100_000, method="POST"),
    ],
    ids=lambda fault: f"{fault.kind} {fault.body[:3]}",
)
async def test_a_lost_answer_of_a_write_is_ambiguous(fake: FakeGitHub, client: GitHub, fault: Fault) -> None:
    """Whatever became of it, it is sent once, and nobody claims to know."""
    fake.faults += [fault]
    error = await write(client)
    assert (error.kind, error.effect) == (Kind.AMBIGUOUS, Effect.UNKNOWN)
    assert len(fake.questions("/dispatches")) == 1


async def test_a_silent_github_is_not_waited_for(fake: FakeGitHub, clock: QuickClock) -> None:
    """The deadline ends it; a write that was heard may have been done."""
    fake.faults += [Fault(kind=FaultKind.SILENT, method="POST")]
    error = await write(make(fake, clock, deadline=100))
    assert (error.kind, error.effect) == (Kind.AMBIGUOUS, Effect.UNKNOWN)
    assert "0.1 s" in str(error)


async def test_no_connection_proves_that_nothing_was_sent(fake: FakeGitHub, clock: QuickClock) -> None:
    """Failure cases 13 and 39: a refused connection, an unknown name: not even a write can have had its effect."""
    for base in (NOWHERE, "http://github.invalid"):
        error = await write(make(fake, clock, base=base))
        assert (error.kind, error.effect) == (Kind.UNAVAILABLE, Effect.NONE), base
        assert "base_url" in error.hint


@pytest.mark.parametrize("body", ["<html>Sign in</html>", "", "nul", "[1", '"\udcff', "7"])
async def test_an_answer_that_is_not_githubs(fake: FakeGitHub, client: GitHub, body: str) -> None:
    """Failure cases 39 and 40: a page with status 200, half an answer, another shape: never a traceback, never a result."""
    fake.faults += [Fault(kind=FaultKind.INSTEAD, status=200, body=body.encode("utf-8", "replace").decode(), times=9)]
    with pytest.raises(IntegrationError) as raised:
        await client.pages(f"{REPOSITORY}/commits", what="the commits")
    assert (raised.value.kind, raised.value.effect) == (Kind.UNAVAILABLE, Effect.NONE)
    assert "proxy" in raised.value.hint


async def test_a_read_that_breaks_off_is_read_again(fake: FakeGitHub, client: GitHub) -> None:
    """It did nothing, so it may be asked again."""
    fake.faults += [Fault(kind=FaultKind.CUT), Fault(kind=FaultKind.DROP)]
    assert (await client.get(REPOSITORY, what="the repository")).content["default_branch"] == "main"
    assert len(fake.asked) == 3


async def test_an_answer_without_end_is_not_read(
    fake: FakeGitHub, client: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failure case 40: what is longer than the cap is not GitHub's answer."""
    monkeypatch.setattr("integrations.github.client.LONGEST", 20)
    assert (await read(client)).kind is Kind.UNAVAILABLE


# ---- limits ----------------------------------------------------------------------------------------------------------


def in_a_minute() -> str:
    return formatdate(START / 1000 + 90, usegmt=True)


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        (lambda: instead(429, retry_after="7"), 7 * SECOND),
        (lambda: instead(403, retry_after="7"), 7 * SECOND),
        (lambda: instead(429, retry_after=in_a_minute()), 90 * SECOND),
        (lambda: instead(429, retry_after="soon"), MINUTE),
        (lambda: instead(429, retry_after="99999"), 60 * MINUTE),
        (lambda: instead(429), MINUTE),
        (
            lambda: instead(403, x_ratelimit_remaining="0", x_ratelimit_reset=str(START // 1000 + 41 * 60)),
            41 * MINUTE,
        ),
        (lambda: instead(403, '{"message": "You have exceeded a secondary rate limit."}'), MINUTE),
    ],
)
async def test_limits_say_how_long(fake: FakeGitHub, client: GitHub, fault: Callable[[], Fault], wait: int) -> None:
    """Failure cases 37 and 38: seconds, a date, the renewal of the limit, or a minute; it is not asked again meanwhile."""
    fake.faults += [fault()]
    error = await write(client)
    assert (error.kind, error.effect, error.retry_after) == (Kind.RATE_LIMITED, Effect.NONE, wait)
    assert len(fake.asked) == 1


# ---- what people are told --------------------------------------------------------------------------------------------


async def test_single_sign_on_shows_where(fake: FakeGitHub, client: GitHub) -> None:
    """Failure case 3."""
    fake.faults += [instead(403, x_github_sso="required; url=https://github.com/orgs/acme/sso?authorization_request=1")]
    assert "https://github.com/orgs/acme/sso" in (await read(client)).hint


async def test_a_missing_permission_is_named(fake: FakeGitHub, client: GitHub) -> None:
    """Failure case 2: and nothing was triggered."""
    fake.faults += [instead(403, x_accepted_github_permissions="actions=write")]
    error = await write(client)
    assert "actions=write" in error.hint
    assert fake.runs == {}


async def test_not_found_offers_both_reasons(fake: FakeGitHub, client: GitHub) -> None:
    """Failure cases 6 and 8: it is not there, or the token may not see it."""
    fake.faults += [instead(404)]
    error = await read(client)
    assert "or the token may not see it" in str(error)
    assert "whether the token was given this repository" in error.hint


async def test_fields_that_are_wrong_are_named(fake: FakeGitHub, client: GitHub) -> None:
    """GitHub's own words, in one short printable line."""
    body = (
        '{"message": "Validation\\u202e Failed\\u001b[31m", "errors": [{"field": "ref", "code": "missing"}, "odd", 7]}'
    )
    fake.faults += [instead(422, body)]
    error = await write(client)
    assert "Validation Failed; ref missing; odd" in str(error)
    assert str(error).isprintable()


async def test_secrets_are_never_repeated(fake: FakeGitHub, client: GitHub) -> None:
    """Failure case 7: planted in whatever GitHub says; the token may be long, and other tokens are nobody's business either."""
    long = "ghs_12345_eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhYmMifQ.c2lnbmF0dXJlLXdpdGgtbWFueS1jaGFyYWN0ZXJz"
    planted = f"{TOKEN} {CANARY} {long} ghp_0123456789abcdef0123"
    fake.faults += [instead(status, f'{{"message": "no {planted}"}}', times=2) for status in (401, 403, 404, 422)]
    fake.faults += [instead(403, x_github_sso=f"url=https://x/{TOKEN}", x_accepted_github_permissions=CANARY)]
    said = repr(client)
    for _ in range(5):
        for error in (await read(client), await write(client)) if fake.faults[-1].times else ():
            said += f"{error} {error!r} {error.hint}"
    assert "•••" in said
    for secret in (TOKEN, CANARY, "eyJhbGciOiJSUzI1NiJ9", "c2lnbmF0dXJl", "ghp_0123456789"):
        assert secret not in said


# ---- reading ---------------------------------------------------------------------------------------------------------


async def test_what_was_read_before_is_asked_conditionally(fake: FakeGitHub, client: GitHub) -> None:
    """304 costs nothing of the limit; what has changed is seen."""
    for _ in range(3):
        assert (await client.get(REPOSITORY, what="it")).content["default_branch"] == "main"
    assert fake.not_modified == 2
    fake.history.default = "trunk"
    assert (await client.get(REPOSITORY, what="it")).content["default_branch"] == "trunk"


async def test_memory_of_answers_is_bounded(fake: FakeGitHub, client: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest are forgotten."""
    monkeypatch.setattr("integrations.github.client._KEPT", 2)
    for page in (1, 2, 3):
        await client.get(f"{REPOSITORY}/commits", {"page": page}, what="it")
    assert len(client.kept) == 2


async def test_pages_are_followed_and_cut(fake: FakeGitHub, client: GitHub) -> None:
    """All pages, and where there are more than are read, that is said."""
    tip = fake.history.branches["main"]
    for number in range(250):
        tip = fake.history.commit(f"more {number}", tip)
    fake.history.branches["main"] = tip
    listed = await client.pages(f"{REPOSITORY}/commits", {"sha": "main"}, what="it")
    assert (len(listed.things), listed.cut) == (253, False)
    listed = await client.pages(f"{REPOSITORY}/commits", {"sha": "main"}, most=2, what="it")
    assert (len(listed.things), listed.cut) == (200, True)


async def test_the_token_goes_nowhere_else(fake: FakeGitHub, client: GitHub) -> None:
    """A next page or a new address on another machine is not GitHub's, so nothing is sent there."""
    following = f'<{NOWHERE}/repos/acme/web/commits?page=2>; rel="next"'
    fake.faults += [instead(200, "[]", times=1, link=following)]
    with pytest.raises(IntegrationError, match="not GitHub's"):
        await client.pages(f"{REPOSITORY}/commits", what="it")
    fake.faults += [instead(301, "", location=f"{NOWHERE}/repos/acme/web")]
    with pytest.raises(IntegrationError, match="not GitHub's"):
        await client.get(REPOSITORY, what="it")


async def test_a_renamed_repository_is_still_read(fake: FakeGitHub, client: GitHub) -> None:
    """Reads follow within the same GitHub; a write does not, and did nothing."""
    old = "/repos/acme/old-name"
    fake.faults += [
        Fault(kind=FaultKind.INSTEAD, path=old, status=301, headers={"location": f"{fake.url}{REPOSITORY}"})
    ]
    assert (await client.get(old, what="it")).content["default_branch"] == "main"
    fake.faults += [
        Fault(kind=FaultKind.INSTEAD, method="POST", status=307, headers={"location": f"{fake.url}{DISPATCH}"})
    ]
    error = await write(client)
    assert (error.kind, error.effect) == (Kind.INVALID, Effect.NONE)
    assert "renamed" in error.hint
    assert fake.runs == {}


async def test_redirects_end(fake: FakeGitHub, client: GitHub) -> None:
    """One that leads to itself is given up."""
    fake.faults += [instead(302, "", location=f"{fake.url}{REPOSITORY}")]
    assert (await read(client)).kind is Kind.INVALID
    assert len(fake.asked) == 3


async def test_every_question_says_who_asks(fake: FakeGitHub, client: GitHub) -> None:
    """The fake insists on the version, the kind of answer and a name; paths keep what people typed in its place."""
    await client.get(REPOSITORY, what="it")
    with pytest.raises(IntegrationError):
        await client.get(f"{REPOSITORY}/commits/heads/feature/ö?page=2#x", what="it")
    assert fake.asked[-1].path.endswith("/commits/heads/feature/ö?page=2#x")
    assert re.fullmatch(r"[\x20-\x7e]+", fake.url)
