"""`verify:` and `on_failure:`: what holds for a target, and every way to get them wrong."""

import pytest

from bot.config import Verify, explain
from bot.domain.terms import MINUTE, SECOND
from bot.domain.verification import OnFailure, Rules
from integrations.http import HttpProbe
from integrations.local.health import LocalProbe
from tests.config.files import REAL, Files

PROBE = '{http: {url: "https://web.acme.example/healthz"}}'


@pytest.fixture(autouse=True)
def real(files: Files) -> None:
    files.kinds = REAL


def section(environment: str, service: str = "") -> dict[str, str]:
    deploy = "repository: /srv/git/web.git, deploy: {via: local, run: [./d]}"
    return {"services": f"services: {{web: {{{deploy}{service}, environments: {{production: {{{environment}}}}}}}}}"}


def verify_of(files: Files, environment: str, **sections: str) -> Verify | None:
    found = files.load(**section(environment), **sections).environment("web", "production")
    assert found is not None
    return found.verify


def test_without_it_nothing_is_watched(files: Files) -> None:
    """As if it was not there, also in the hash of the rules."""
    assert verify_of(files, "confirm: always") is None
    assert files.load(**section("")).policy("web", "production")["verify"] == "none"


def test_what_is_not_said_has_a_default(files: Files) -> None:
    """Every 15 seconds, three times, and nothing by itself."""
    found = verify_of(files, f"verify: {{for: 5m, checks: [{PROBE}, {{local: {{}}}}, {PROBE}]}}")
    assert found is not None
    assert found.rules == Rules(probes=("http", "local", "http 2"), bake=5 * MINUTE, every=15 * SECOND)
    assert [type(each.settings) for each in found.checks] == [HttpProbe, LocalProbe, HttpProbe]
    assert [each.via for each in found.checks] == ["http", "local", "http"]


def test_on_failure(files: Files) -> None:
    """Written without a word about it, a rollback is automatic, after a minute, and asks before irreversible changes."""
    begin = f"verify: {{for: 5m, every: 5s, failures: 2, checks: [{PROBE}]}}"
    found = verify_of(files, f"{begin}, on_failure: {{}}")
    assert found is not None
    assert found.rules == Rules(
        probes=("http",), bake=5 * MINUTE, every=5 * SECOND, failures=2, on_failure=OnFailure.AUTOMATIC
    )
    other = verify_of(files, f"{begin}, on_failure: {{rollback: dry_run, after: 0s, even_irreversible: true}}")
    assert other is not None
    assert (other.rules.on_failure, other.rules.countdown, other.rules.even_irreversible) == (
        OnFailure.DRY_RUN,
        0,
        True,
    )


def test_the_last_layer_that_speaks_is_taken_whole(files: Files) -> None:
    """Shared, then the service's, then its environment's; the two keys by themselves."""
    shared = f"environments: {{production: {{verify: {{for: 1m, failures: 9, checks: [{PROBE}]}}, on_failure: {{after: 9s}}}}}}"
    inherited = verify_of(files, "confirm: always", environments=shared)
    assert inherited is not None
    assert (inherited.rules.bake, inherited.rules.countdown) == (MINUTE, 9 * SECOND)
    own = verify_of(files, f"verify: {{for: 2m, checks: [{PROBE}]}}", environments=shared)
    assert own is not None
    assert (own.rules.bake, own.rules.failures, own.rules.countdown) == (2 * MINUTE, 3, 9 * SECOND)


def test_a_change_of_it_is_another_policy(files: Files) -> None:
    """What was confirmed under other rules does not start."""

    def hashed(probe: str, rest: str = "") -> str:
        made = files.load(**section(f"verify: {{for: 5m, checks: [{probe}]}}{rest}"))
        return made.policy_hash("web", "production")

    off = files.load(**section("confirm: always")).policy_hash("web", "production")
    hashes = {off, hashed(PROBE), hashed("{local: {}}"), hashed(PROBE, ", on_failure: {rollback: dry_run}")}
    assert len(hashes) == 4


def test_what_holds_can_be_shown(files: Files) -> None:
    """With its probes, and where it was written."""
    made = files.load(**section(f"verify: {{for: 5m, checks: [{PROBE}]}}, on_failure: {{}}"))
    rows = {each.key: each for each in explain(made, "web", "production")}
    assert rows["environment.verify"].value.startswith(
        "for: 5m, every: 15s, failures: 3, checks: http: url: https://web"
    )
    assert rows["environment.verify"].line
    assert rows["environment.on_failure"].value == "rollback: automatic, after: 1m, even_irreversible: false"
    silent = {each.key: each.value for each in explain(files.load(**section("")), "web", "production")}
    assert (silent["environment.verify"], silent["environment.on_failure"]) == ("none", "none")


PLACE = "services.web.environments.production"
WRONG = {
    "no_time": (f"verify: {{checks: [{PROBE}]}}", f"{PLACE}.verify: `for` is missing"),
    "no_checks": ("verify: {for: 5m}", f"{PLACE}.verify: `checks` is missing"),
    "empty_checks": ("verify: {for: 5m, checks: []}", f"{PLACE}.verify.checks: has no probes"),
    "too_many": (f"verify: {{for: 5m, checks: [{', '.join([PROBE] * 11)}]}}", f"{PLACE}.verify.checks: has 11 probes"),
    "unknown_integration": ("verify: {for: 5m, checks: [{htp: {}}]}", "there is no integration `htp`"),
    "two_in_one": (
        "verify: {for: 5m, checks: [{http: {url: 'https://x/'}, local: {}}]}",
        "has to name one integration with its settings",
    ),
    "a_word": ("verify: {for: 5m, checks: [http]}", f"{PLACE}.verify.checks[0]"),
    "settings_of_the_probe": (
        "verify: {for: 5m, checks: [{http: {url: 'ftp://x/'}}]}",
        f"{PLACE}.verify.checks[0].http.url: not a URL",
    ),
    "unknown_key_of_the_probe": (
        "verify: {for: 5m, checks: [{local: {procses: x}}]}",
        f"{PLACE}.verify.checks[0].local.procses: unknown key",
    ),
    "unknown_key": (f"verify: {{for: 5m, evry: 5s, checks: [{PROBE}]}}", f"{PLACE}.verify.evry: unknown key"),
    "by_its_inner_name": (f"verify: {{bake: 5m, checks: [{PROBE}]}}", f"{PLACE}.verify.bake: unknown key"),
    "no_failures": (f"verify: {{for: 5m, failures: 0, checks: [{PROBE}]}}", f"{PLACE}.verify.failures"),
    "too_long": (f"verify: {{for: 2d, checks: [{PROBE}]}}", f"{PLACE}.verify.for: not between"),
    "other_word": (
        f"verify: {{for: 5m, checks: [{PROBE}]}}, on_failure: {{rollback: maybe}}",
        f"{PLACE}.on_failure.rollback: has to be none, dry_run or automatic",
    ),
    "alone": ("on_failure: {rollback: automatic}", f"{PLACE}.on_failure: nothing is verified there"),
}


@pytest.mark.parametrize("case", WRONG)
def test_mistakes(files: Files, case: str) -> None:
    """Each with its place."""
    written, said = WRONG[case]
    assert said in files.problems(**section(written))


def test_an_integration_that_cannot_tell(files: Files) -> None:
    """It is named, and so are those that can."""
    from tests.config.files import KINDS

    files.kinds = {**REAL, "script": KINDS["script"]}
    said = files.problems(**section("verify: {for: 5m, checks: [{script: {}}]}"))
    assert "`script` cannot say whether a target is well" in said
    assert "http" in said


def test_a_broken_integration_is_complained_about_once(files: Files) -> None:
    """Not again by whoever uses it."""
    said = files.problems(
        integrations="integrations: {mine: {kind: local, zzz: 1}}",
        **section("verify: {for: 5m, checks: [{mine: {}}]}"),
    )
    assert "zzz" in said
    assert "verify" not in said
