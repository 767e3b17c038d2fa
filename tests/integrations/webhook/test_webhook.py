"""Deploys by a call: the contracts over a receiver that understands everything, and what becomes of every other answer."""

import json
from dataclasses import replace

import pytest
from pydantic import ValidationError

from bot.domain.operations import Effect
from bot.domain.terms import SECOND
from bot.errors import IntegrationError, Kind
from bot.ports import Run, RunState, Severity, Snapshot, Surroundings, TriggerClass
from integrations import webhook
from integrations.webhook.deployer import WebhookDeployer
from integrations.webhook.doctor import WebhookDoctor
from integrations.webhook.settings import Event, WebhookSettings, WebhookTarget
from tests.contracts.deployer import FINAL, DeployerContract, DeployerRig
from tests.contracts.health import Foreign
from tests.contracts.versions import REVISION, VersionsContract
from tests.fakes.clock import FakeClock, FakeRandom
from tests.fakes.receiver import SECRET
from tests.integrations.webhook.conftest import TOKEN, WEB, Rig

OTHER = "another-secret-4711"


class TestDeployer(DeployerContract):
    """Class D; what the receiver understands is asked of it."""

    @pytest.fixture
    def rig(self, rig: Rig) -> Rig:  # type: ignore[override]  # it is one
        return rig

    async def test_twice_with_one_key_is_one_run(self, rig: DeployerRig) -> None:
        """Class D promises nothing of the kind: the same order again is another call, which the receiver has to recognise."""
        assert rig.deployer.trigger_class is TriggerClass.D
        order = rig.order()
        assert await rig.deployer.start(order) == await rig.restarted().start(order)
        assert isinstance(rig, Rig)
        assert [body["delivery"] for body in rig.fake.asked] == ["1:1:1", "1:1:1"]


class TestVersions(VersionsContract):
    """What the receiver says is live."""

    @pytest.fixture
    def rig(self, rig: Rig) -> Rig:  # type: ignore[override]  # it is one
        return rig


# ---- what is sent ----------------------------------------------------------------------------------------------------


async def test_what_is_sent(rig: Rig) -> None:
    """Once, signed, with everything that a run needs; nothing of the secret, and no cookie or credential."""
    run = await rig.deployer.start(rig.order(12))
    (body,), (headers,) = rig.fake.asked, rig.fake.headers
    assert body == {
        "event": "deploy",
        "delivery": "12:1:1",
        "service": "web",
        "environment": "staging",
        "action": "deploy",
        "revision": REVISION,
        "previous": "a" * 40,
        "repository": "acme/web",
        "sent_at": rig.now // SECOND,
        "inputs": {"track": "stable"},
        "variables": {
            "QUARTERDECK_OPERATION": "12",
            "QUARTERDECK_STEP": "1",
            "QUARTERDECK_ATTEMPT": "1",
            "QUARTERDECK_TOKEN": TOKEN,
            "QUARTERDECK_CLAIM_URL": "http://127.0.0.1:8081/v1/claim",
        },
    }
    assert set(headers) == {
        "Host", "Accept", "Accept-Encoding", "Connection", "User-Agent", "Content-Length", "Content-Type",
        "Quarterdeck-Event", "Quarterdeck-Delivery", "Quarterdeck-Timestamp", "Quarterdeck-Signature",
    }  # fmt: skip
    assert SECRET not in json.dumps([body, headers])
    assert run == Run(
        reference={"delivery": "12:1:1", "service": "web", "environment": "staging"},
        url="https://ci.acme.example/12:1:1",
    )


async def test_where_runs_elsewhere_ask(rig: Rig) -> None:
    """Only a receiver on this machine is told of the private listener; without a road there is no token either."""
    order = rig.order()
    assert order.claim is not None
    far = WebhookDeployer(receiver=rig.receiver(url="https://deploy.acme.example/hook"))
    assert far._variables(order)["QUARTERDECK_CLAIM_URL"] == "https://ops.acme.example/v1/claim"
    without = far._variables(replace(order, claim=replace(order.claim, url="")))
    assert set(without) == {"QUARTERDECK_OPERATION", "QUARTERDECK_STEP", "QUARTERDECK_ATTEMPT"}
    assert far._variables(replace(order, claim=None)) == without


async def test_a_secret_is_changed_without_a_gap(rig: Rig) -> None:
    """While two are configured both sign, so the receiver may have either."""
    deployer = WebhookDeployer(receiver=rig.receiver(secret=(OTHER, SECRET)))
    for rig.fake.secrets in ((SECRET,), (OTHER,), (OTHER, SECRET)):
        await deployer.start(rig.order())
    rig.fake.secrets = ("neither-of-them",)
    with pytest.raises(IntegrationError) as raised:
        await deployer.start(rig.order())
    assert (raised.value.kind, raised.value.effect) == (Kind.AUTH, Effect.NONE)
    assert str(raised.value) == "status 401: the signature does not fit"


# ---- what becomes of an answer ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        ("400", Kind.INVALID, "status 400: not like this"),
        ("403", Kind.FORBIDDEN, "status 403: not like this"),
        ("404", Kind.NOT_FOUND, "status 404: not like this"),
        ("409", Kind.CONFLICT, "status 409: not like this"),
        ("422", Kind.INVALID, "status 422: not like this"),
        ("plain reason", Kind.INVALID, "status 422: no such service"),
        ("a page", Kind.FORBIDDEN, "status 403"),
        ("patience", Kind.RATE_LIMITED, "status 429"),
    ],
)
async def test_a_refusal_has_no_effect(rig: Rig, fault: str, kind: Kind, said: str) -> None:
    """A client error proves that nothing was started, says why, and is not asked again by itself."""
    rig.fake.fault = fault
    with pytest.raises(IntegrationError) as raised:
        await rig.deployer.start(rig.order())
    assert (raised.value.kind, raised.value.effect, str(raised.value)) == (kind, Effect.NONE, said)
    assert raised.value.retry_after == (7 * SECOND if fault == "patience" else 0)
    assert len(rig.fake.asked) == 1
    assert not rig.fake.runs


@pytest.mark.parametrize("fault", ["500", "502", "503", "504", "cut", "silent", "408", "425", "elsewhere"])
async def test_a_lost_answer_is_unknown(rig: Rig, fault: str) -> None:
    """Case 14: it may have been carried out; nothing is sent again, and a receiver that can be asked still has the run."""
    rig.fake.fault = fault
    deployer = WebhookDeployer(receiver=rig.receiver(timeout="1s" if fault == "silent" else "10s"))
    with pytest.raises(IntegrationError) as raised:
        await deployer.start(rig.order())
    assert (raised.value.kind, raised.value.effect) == (Kind.AMBIGUOUS, Effect.UNKNOWN)
    assert len(rig.fake.asked) == 1
    rig.fake.fault = ""
    assert (
        len(await rig.restarted().find(rig.order())) == len(rig.fake.runs) == (fault not in {"408", "425", "elsewhere"})
    )


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://nobody.invalid/"])
async def test_what_was_never_sent_has_no_effect(rig: Rig, url: str) -> None:
    """Case 13: a refused connection and an unknown name prove that nothing was started."""
    with pytest.raises(IntegrationError) as raised:
        await WebhookDeployer(receiver=rig.receiver(url=url)).start(rig.order())
    assert raised.value.effect is Effect.NONE
    assert url not in str(raised.value)


async def test_a_certificate_that_nobody_trusts(rig: Rig) -> None:
    """The same, before a byte of the order is sent."""
    with pytest.raises(IntegrationError) as raised:
        await WebhookDeployer(receiver=rig.receiver(url=rig.fake.url.replace("http:", "https:"))).start(rig.order())
    assert (raised.value.kind, raised.value.effect) == (Kind.INVALID, Effect.NONE)
    assert not rig.fake.runs


@pytest.mark.parametrize(
    "said", ["", "thanks", '["a list"]', '{"url": "javascript:alert(1)"}', '{"url": 7}', "{" * 70_000]
)
async def test_a_yes_needs_no_words(rig: Rig, said: str) -> None:
    """2xx means accepted, whatever else it says; only an address that leads somewhere becomes a link."""
    rig.fake.fault, rig.fake.said = "no words", said
    run = await rig.deployer.start(rig.order())
    assert (run.reference["delivery"], run.url) == ("1:1:1", "")


# ---- a receiver of ten lines -----------------------------------------------------------------------------------------


async def test_a_receiver_that_cannot_be_asked(rig: Rig) -> None:
    """It is told to deploy, and nothing else is ever sent: a run goes on until its deadline asks a person."""
    rig.answers = ()
    order = rig.order()
    run = await rig.deployer.start(order)
    assert await rig.deployer.find(order) == ()
    assert await rig.deployer.observe(run) == Snapshot(state=RunState.RUNNING)
    with pytest.raises(IntegrationError) as raised:
        await rig.deployer.cancel(run)
    assert raised.value.effect is Effect.NONE
    assert "docs/webhook.md" in raised.value.hint
    assert [body["event"] for body in rig.fake.asked] == ["deploy"]
    assert (await rig.deployer.preview(order)).notes == ("It does not say how a run ends: you will be asked.",)


async def test_the_recipe(rig: Rig) -> None:
    """Another address or another input is another plan; the secret and what is deployed are not part of it."""
    order = rig.order()
    first = await rig.deployer.preview(order)
    assert first == await rig.deployer.preview(rig.order(2)) == await rig.deployer.preview(replace(order, revision="b"))
    other = replace(order, how=WebhookTarget(inputs={"track": "canary"}))
    moved = WebhookDeployer(receiver=rig.receiver(url="https://deploy.acme.example/"))
    renewed = WebhookDeployer(receiver=rig.receiver(secret=OTHER))
    assert (await rig.deployer.preview(other)).workflow != first.workflow
    assert (await moved.preview(order)).workflow != first.workflow
    assert (await renewed.preview(order)).workflow == first.workflow


# ---- what a run's status may say -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "snapshot"),
    [
        ({"state": "running", "step": [2, 4, "migrate"]}, Snapshot(state=RunState.RUNNING, step=(2, 4, "migrate"))),
        ({"state": "running", "step": [5, 4, "x"]}, Snapshot(state=RunState.RUNNING)),
        ({"state": "running", "step": ["2", 4, "x"]}, Snapshot(state=RunState.RUNNING)),
        ({"state": "failed"}, Snapshot(state=RunState.FAILED, detail="its receiver says no more")),
        ({"state": "failed", "detail": f"no\n{TOKEN}"}, Snapshot(state=RunState.FAILED, detail="no •••")),
        ({"state": "SUCCEEDED"}, Snapshot(state=RunState.UNKNOWN)),
        ({"state": None}, Snapshot(state=RunState.UNKNOWN)),
        ({"status": "succeeded"}, Snapshot(state=RunState.UNKNOWN)),
        ({"state": "succeeded", "ended_at": "now"}, Snapshot(state=RunState.SUCCEEDED)),
        ({"state": "absent"}, Snapshot(state=RunState.UNKNOWN, detail="its receiver does not know it")),
    ],
)
async def test_what_a_status_says(rig: Rig, said: dict[str, object], snapshot: Snapshot) -> None:
    """Case 41: a word that we do not know is unknown, and never a success; what is malformed is left out."""
    run = await rig.deployer.start(rig.order())
    rig.fake.runs["1:1:1"] = said
    assert await rig.deployer.observe(run) == snapshot


async def test_a_status_without_an_answer(rig: Rig) -> None:
    """An error is not an end: neither 5xx, nor words that are none, nor a 404 of something else."""
    run = await rig.deployer.start(rig.order())
    for rig.fake.fault in ("502", "no words"):
        with pytest.raises(IntegrationError) as raised:
            await rig.deployer.observe(run)
        assert raised.value.kind is Kind.UNAVAILABLE
    rig.fake.fault = "404"
    assert (await rig.deployer.observe(run)).state is RunState.UNKNOWN
    assert await rig.deployer.find(rig.order()) == ()


async def test_a_run_of_another_integration(rig: Rig) -> None:
    """Its reference is not ours, and its settings are not."""
    with pytest.raises(IntegrationError):
        await rig.deployer.observe(Run(reference={"run": "1"}))
    with pytest.raises(IntegrationError):
        await rig.deployer.start(replace(rig.order(), how=Foreign()))


async def test_stopping_twice_and_too_late(rig: Rig) -> None:
    """Case 27: an end that came first is no error, and what the receiver cannot do is one."""
    run = await rig.deployer.start(rig.order())
    await rig.deployer.cancel(run)
    await rig.deployer.cancel(run)
    assert (await rig.deployer.observe(run)).state in FINAL
    rig.fake.fault = "502"
    with pytest.raises(IntegrationError):
        await rig.deployer.cancel(run)


@pytest.mark.parametrize("revision", [7, None, "two words", "-x", "a" * 201])
async def test_what_is_no_revision(rig: Rig, revision: object) -> None:
    """No answer is never "nothing is live"."""
    rig.fake.live["web/staging"] = revision  # type: ignore[assignment]  # a receiver of somebody else's
    with pytest.raises(IntegrationError) as raised:
        await rig.versions.current(WEB, rig.how)
    assert raised.value.kind is Kind.INVALID


# ---- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "https://x/"},
        {"url": "https://x/", "secret": "short"},
        {"url": "https://x/", "secret": []},
        {"url": "ftp://x/", "secret": SECRET},
        {"url": "https://ada:hunter2@x/", "secret": SECRET},
        {"url": "https://x/", "secret": SECRET, "answers": ["deploy"]},
        {"url": "https://x/", "secret": SECRET, "answers": ["status", "status"]},
        {"url": "https://x/", "secret": SECRET, "answers": ["logs"]},
        {"url": "https://x/", "secret": SECRET, "timeout": "1m"},
        {"url": "https://x/", "secret": SECRET, "token": "x"},
    ],
)
def test_connections_that_are_refused(settings: dict[str, object]) -> None:
    """And no refusal shows a secret."""
    with pytest.raises(ValidationError) as raised:
        WebhookSettings.model_validate_json(json.dumps(settings), strict=True)
    assert SECRET not in str(raised.value)


def test_too_many_inputs() -> None:
    """Twenty are plenty."""
    with pytest.raises(ValidationError, match="more than 20 inputs"):
        WebhookTarget(inputs={str(n): "x" for n in range(21)})


@pytest.mark.parametrize("answers", [(), (Event.CURRENT,)])
def test_the_connection(tmp_path: object, answers: tuple[Event, ...]) -> None:
    """It deploys; what is live it says only where its receiver does; no repr shows the secret."""
    settings = WebhookSettings.model_validate({"url": "https://x/?key=abc", "secret": SECRET, "answers": answers})
    surroundings = Surroundings(clock=FakeClock(), random=FakeRandom(), folder=tmp_path)  # type: ignore[arg-type]
    made = webhook.build("hooks", settings, surroundings)
    assert (made.name, made.changes, made.health) == ("hooks", None, None)
    assert (made.versions is not None) is bool(answers)
    assert SECRET not in f"{made!r} {settings!r}"


async def test_the_doctor(rig: Rig) -> None:
    """It calls nothing that could deploy; what goes in clear is said, and what the receiver answers for a target."""

    def doctor(**changes: object) -> WebhookDoctor:
        return WebhookDoctor(name="hooks", receiver=rig.receiver(**changes))

    (found,) = await doctor(answers=()).examine()
    assert (
        found.sentence == "every call is signed; besides `deploy` it understands nothing: a person says how a run ended"
    )
    (found,) = await doctor().examine()
    assert found.sentence == "every call is signed; besides `deploy` it understands status, cancel, current"
    (found,) = await doctor(url="http://deploy.acme.example/?key=x").examine()
    assert found.severity is Severity.WARNING
    assert found.sentence == "calls deploy.acme.example over http: the claim's token can be read on the way"
    assert await doctor(answers=()).examine_target(WEB, "", rig.how) == ()
    assert rig.fake.asked == []
    sentences = []
    for fault, live in (("", ""), ("", REVISION), ("403", "")):
        rig.fake.fault, rig.fake.live["web/staging"] = fault, live
        (found,) = await doctor().examine_target(WEB, "", rig.how)
        sentences.append((found.severity, found.sentence))
    assert sentences == [
        (Severity.FINE, "the receiver says that nothing is live"),
        (Severity.FINE, f"the receiver says {REVISION}"),
        (Severity.PROBLEM, "the receiver: status 403: not like this"),
    ]
