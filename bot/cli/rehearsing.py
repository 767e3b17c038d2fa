"""`quarterdeck doctor --claim`: the road to the claim is walked from here, and a rehearsal is made for a pipeline to walk it."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot import config
from bot.ports import Finding, Severity
from bot.web.admin import ask, path_beside
from bot.web.claimant import ask as claim

START = "The bot has to run for that: quarterdeck run"
PROXY = "Let your proxy pass /v1/claim on to web.public.listen."


async def rehearsed(configuration: config.Configuration, service: str, environment: str) -> tuple[Finding, ...]:
    """What became of it; the last finding says what to run where the deployments run."""
    request = {"verb": "rehearse", "service": service, "environment": environment}
    answer = await ask(path_beside(configuration.store), request)
    if answer is None or not answer.get("ok"):
        why = "no bot answers here" if answer is None else str(answer.get("error"))
        return (Finding(severity=Severity.PROBLEM, subject="claim", sentence=why, fix=START),)
    roads = {name: url for name, url in answer["roads"].items() if url}
    walked = [await _walk(name, url, answer["practice"]) for name, url in roads.items()]
    return (*walked, _next(answer, roads, service, environment), _elsewhere(answer, service, environment))


def _elsewhere(answer: Mapping[str, Any], service: str, environment: str) -> Finding:
    sentence = f"runs for {service} → {environment} that are not started from Slack ask with a standing token, where they have it"
    fix = f"Among the secrets of the forge: QUARTERDECK_OUTSIDE_TOKEN={answer['outside']}"
    return Finding(severity=Severity.FINE, subject="claim, runs from outside", sentence=sentence, fix=fix)


async def _walk(name: str, url: str, practice: Mapping[str, str]) -> Finding:
    """A claim for practice, from this machine: it has to be heard, and it may not let anybody go on."""
    body = {**practice, "step": "1", "attempt": "1", "run_id": "doctor"}
    heard = await claim(url, body, patience=0)
    subject = f"claim, {name} address"
    if heard.status == 409 and heard.reason == "rehearsal":
        return Finding(severity=Severity.FINE, subject=subject, sentence=f"{url} reaches this very bot")
    stranger = heard.reason in {"over", "unauthorised"}
    sentence = f"{url} reaches another Quarterdeck" if stranger else f"{url}: {heard.sentence}"
    return Finding(severity=Severity.PROBLEM, subject=subject, sentence=sentence, fix=PROXY)


def _next(answer: Mapping[str, Any], roads: Mapping[str, str], service: str, environment: str) -> Finding:
    words = "; ".join(f"export {line}" for line in _variables(answer["rehearsal"], roads))
    sentence = (
        f"a rehearsal for {service} → {environment}, good for an hour. Run what deploys there with these variables: it asks, "
        "hears that it is a rehearsal, and has to stop before it touches anything. Without the claim it would deploy"
    )
    return Finding(severity=Severity.FINE, subject="claim, rehearsal", sentence=sentence, fix=words)


def _variables(rehearsal: Mapping[str, str], roads: Mapping[str, str]) -> Iterator[str]:
    yield f"QUARTERDECK_OPERATION={rehearsal['operation']}"
    yield "QUARTERDECK_STEP=1"
    yield "QUARTERDECK_ATTEMPT=1"
    yield f"QUARTERDECK_TOKEN={rehearsal['token']}"
    yield f"QUARTERDECK_CLAIM_URL={roads.get('public') or roads.get('here', '')}"
