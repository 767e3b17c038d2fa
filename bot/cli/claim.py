"""`quarterdeck claim`: what a pipeline calls before it touches anything; only status 0 means go on."""

import asyncio
import os
import socket
import sys
from collections.abc import Mapping

import click

GO_ON, CANNOT_ASK, REFUSED, UNREACHABLE = 0, 2, 3, 4
PATIENCE = 120  # seconds
NEEDED = ("STEP", "ATTEMPT", "TOKEN", "CLAIM_URL")
NEEDED_OUTSIDE = ("SERVICE", "ENVIRONMENT", "CLAIM_URL")
YES = frozenset({"granted", "granted_again", "outside"})
RUNS = ("QUARTERDECK_RUN", "GITHUB_RUN_ID", "CI_JOB_ID", "BUILD_TAG", "BUILDKITE_JOB_ID", "CIRCLE_WORKFLOW_JOB_ID")
LOUD = "!" * 72


@click.command(
    help="Ask whether this run may go on, before it touches anything. Reads QUARTERDECK_OPERATION and its companions. A run "
    "without them was not started by Quarterdeck: it goes on, or asks too, where it has a QUARTERDECK_OUTSIDE_TOKEN. "
    "Status 0: go on; 2: cannot ask; 3: refused; 4: no answer."
)
@click.option("--patience", default=PATIENCE, show_default=True, help="Seconds to ask again while nobody answers.")
def command(patience: int) -> None:
    """Exit 0 only where this run may have its effect."""
    sys.exit(asyncio.run(claimed(os.environ, patience=patience)))


async def claimed(env: Mapping[str, str], *, patience: int) -> int:
    """The exit status; says why on standard error."""
    inside = bool(env.get("QUARTERDECK_OPERATION"))
    if not inside and not env.get("QUARTERDECK_OUTSIDE_TOKEN"):
        say("this run was not started by Quarterdeck: it goes on.")
        return GO_ON
    if "QUARTERDECK_CLAIM" in env and env["QUARTERDECK_CLAIM"] not in {"", "ask"}:
        return await _skipped(env)
    missing = _missing(env)
    if missing:
        say(f"cannot ask: {', '.join(missing)} is not set. Pass it on to this job. Nothing may be deployed.")
        return CANNOT_ASK
    return await _asked(env, patience)


def _missing(env: Mapping[str, str]) -> list[str]:
    needed = NEEDED if env.get("QUARTERDECK_OPERATION") else NEEDED_OUTSIDE
    return [f"QUARTERDECK_{name}" for name in needed if not env.get(f"QUARTERDECK_{name}")]


async def _asked(env: Mapping[str, str], patience: int) -> int:
    from bot.web.claimant import ask

    heard = await ask(env["QUARTERDECK_CLAIM_URL"], body_of(env), patience=patience)
    if heard.status == 200 and heard.reason in YES:
        number = env.get("QUARTERDECK_OPERATION")
        say(f"{heard.sentence} (operation #{number})" if number else heard.sentence)
        return GO_ON
    if heard.final:
        say(f"refused: {heard.sentence} ({heard.reason or heard.status}). Nothing may be deployed by this run.")
        return REFUSED
    say(
        f"no answer: {heard.sentence}. Nothing may be deployed by this run. If Quarterdeck is gone and this has to go out: "
        "set QUARTERDECK_CLAIM=skip:REASON and run it again."
    )
    return UNREACHABLE


async def _skipped(env: Mapping[str, str]) -> int:
    """Whoever may set the variable may go on without an answer; it is told where anybody listens."""
    word, _, reason = env["QUARTERDECK_CLAIM"].partition(":")
    if word.strip() != "skip" or not reason.strip():
        say("QUARTERDECK_CLAIM has to be skip:REASON, with a reason, or not set. Nothing may be deployed.")
        return CANNOT_ASK
    say(LOUD)
    say(f"THE CLAIM IS SKIPPED: {reason.strip()[:200]}")
    say("nobody has checked that only one run deploys. Unset QUARTERDECK_CLAIM as soon as Quarterdeck answers again.")
    say(LOUD)
    if env.get("QUARTERDECK_OPERATION") and not _missing(env):
        from bot.web.claimant import ask

        heard = await ask(env["QUARTERDECK_CLAIM_URL"], body_of(env) | {"skip": reason.strip()[:200]}, patience=0)
        say("Quarterdeck knows." if heard.status == 200 else "Quarterdeck could not be told.")
    return GO_ON


def body_of(env: Mapping[str, str]) -> dict[str, str]:
    """The claim as it is sent."""
    if not env.get("QUARTERDECK_OPERATION"):
        words = {"service": env["QUARTERDECK_SERVICE"], "environment": env["QUARTERDECK_ENVIRONMENT"]}
        return {"operation": "outside", **words, "token": env["QUARTERDECK_OUTSIDE_TOKEN"], "run_id": run_of(env)}
    named = {"operation": "OPERATION", "step": "STEP", "attempt": "ATTEMPT", "token": "TOKEN"}
    return {key: env[f"QUARTERDECK_{name}"] for key, name in named.items()} | {"run_id": run_of(env)}


def run_of(env: Mapping[str, str]) -> str:
    """What this run is called: as its system calls it, with its number of tries; else by machine and parent process."""
    found = next((env[name] for name in RUNS if env.get(name)), "")
    again = env.get("GITHUB_RUN_ATTEMPT", "") if found and found == env.get("GITHUB_RUN_ID") else ""
    return "-".join(filter(None, (found, again))) or f"{socket.gethostname()}-{os.getppid()}"


def say(words: str) -> None:
    """To the log of the run."""
    click.echo(f"quarterdeck claim: {words}", err=True)
