"""One attempt is one run, whatever dies in between; what the bot knows is in its environment stays there."""

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.operations import AttemptKey, Effect
from bot.domain.terms import Target
from bot.errors import IntegrationError, Kind
from bot.ports import Claim, Run, RunState
from integrations.local import supervisor
from integrations.local.deployer import claim_of
from integrations.local.runs import RunFolder
from tests.contracts.deployer import FINAL
from tests.integrations.local.scenery import NOW, REVISION, SECRET, Scene, eventually, repository

pytestmark = pytest.mark.real

STARTER = """
import asyncio, sys
from pathlib import Path
from tests.integrations.local.scenery import Scene
scene = Scene(folder=Path(sys.argv[1]))
how = scene.how(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
run = asyncio.run(scene.deployer.start(scene.order(how)))
print(run.reference["run"], flush=True)
sys.stdin.readline()
"""


def bot(scene: Scene, body: str) -> subprocess.Popen[str]:
    """Another process that starts the same attempt when it gets a line, and then stays until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(scene.folder), body],
        cwd=Path(__file__).parents[3],
        env=os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": str(Path(__file__).parents[3])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def gone(process: subprocess.Popen[str]) -> str:
    process.kill()
    said, _ = process.communicate()
    return said


def bystander() -> subprocess.Popen[bytes]:
    return subprocess.Popen(["sleep", "60"], start_new_session=True)


async def started(scene: Scene, body: str, **settings: object) -> tuple[Run, RunFolder]:
    run = await scene.deployer.start(scene.order(scene.how(body, **settings)))
    return run, scene.runs.folder(run.reference["run"])


async def test_two_bots_at_once_start_one_run(scene: Scene) -> None:
    """Two processes with the same attempt share one run."""
    body = "echo $$ >> ran; exec sleep 60"
    bots = [bot(scene, body) for _ in range(2)]
    for process in bots:
        go(process)
    for process in bots:
        assert process.stdout
        assert process.stdout.readline() == "1:1:1\n"
    run = scene.runs.folder("1:1:1")
    await eventually((scene.folder / "ran").exists)
    assert run.supervised
    for process in bots:
        gone(process)
    assert len((scene.folder / "ran").read_text().splitlines()) == 1


async def test_the_run_outlives_the_bot(scene: Scene) -> None:
    """kill -9 of the bot's whole process group in the middle of a run: it goes on, and the next bot sees how it ended."""
    process = bot(scene, "echo $$ >> ran; until test -e go; do sleep 0.01; done; echo fine")
    go(process)
    await eventually((scene.folder / "ran").exists)
    gone(process)
    assert (await scene.deployer.observe(Run(reference={"run": "1:1:1"}))).state is RunState.RUNNING
    (scene.folder / "go").touch()
    end = await scene.until(Run(reference={"run": "1:1:1"}), FINAL)
    assert (end.state, end.detail) == (RunState.SUCCEEDED, "fine")


async def test_a_crash_before_the_supervisor_is_repaired(scene: Scene) -> None:
    """A folder that was claimed, with or without its order, and never started: the second start starts it, once."""
    how = scene.how("echo $$ >> ran")
    for operation, half in ((1, "empty"), (2, "ordered"), (3, "locked once")):
        order = scene.order(how, operation)
        folder = scene.runs.folder(order.key)
        if half == "empty":
            folder.path.mkdir(parents=True)
        else:
            scene.runs.claim(order.key, scene.deployer._content(order, how))
        if half == "locked once":
            (folder.path / supervisor.LOCK).touch()
        assert await scene.deployer.find(order) == ()
        if half != "empty":
            snapshot = await scene.deployer.observe(Run(reference={"run": folder.key}))
            assert (snapshot.state, snapshot.effect) == (RunState.UNKNOWN, Effect.NONE)
        runs = await asyncio.gather(*(scene.deployer.start(order) for _ in range(4)))
        assert (await scene.until(runs[0], FINAL)).state is RunState.SUCCEEDED
        assert len((scene.folder / "ran").read_text().splitlines()) == operation


async def test_a_started_run_is_never_started_again(scene: Scene) -> None:
    """The supervisor died after it had said that it starts: whether the command ran is unknown, and a second start changes nothing."""
    run, folder = await started(scene, "echo $$ >> ran; exec sleep 60")
    await eventually(lambda: (scene.folder / "ran").exists() and folder.read(supervisor.COMMAND))
    watching, command = folder.alive(supervisor.STARTED), folder.alive(supervisor.COMMAND)
    assert watching
    assert command
    os.kill(watching, signal.SIGKILL)
    await eventually(lambda: not folder.supervised)
    assert await scene.deployer.start(scene.order(scene.how("echo $$ >> ran; exec sleep 60"))) == run
    snapshot = await scene.deployer.observe(run)
    assert snapshot.state is RunState.UNKNOWN
    assert f"still runs as process {command}" in snapshot.detail
    await scene.deployer.cancel(run)
    await eventually(lambda: folder.alive(supervisor.COMMAND) is None)
    assert (await scene.deployer.observe(run)).state is RunState.UNKNOWN
    assert len((scene.folder / "ran").read_text().splitlines()) == 1


async def test_a_later_process_of_the_same_number_is_not_signalled(scene: Scene) -> None:
    """Cancel names a process by its number and its start: an innocent one that got the number later lives on."""
    run, folder = await started(scene, "exec sleep 60")
    await eventually(lambda: folder.read(supervisor.COMMAND))
    for name in (supervisor.STARTED, supervisor.COMMAND):
        process = folder.alive(name)
        assert process
        os.kill(process, signal.SIGKILL)
    await eventually(lambda: not folder.supervised)
    innocent = bystander()
    try:
        for name in (supervisor.STARTED, supervisor.COMMAND):
            written = folder.read(name)
            assert written
            supervisor.write_durably(folder.path / name, written | {"pid": innocent.pid})
        (folder.path / supervisor.EXIT).unlink(missing_ok=True)
        await scene.deployer.cancel(run)
        assert folder.alive(supervisor.COMMAND) is None
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


async def test_the_deadline_holds_without_a_bot(scene: Scene) -> None:
    """The supervisor ends what takes too long, whoever looks."""
    run, _folder = await started(scene, "exec sleep 60", deadline="1s")
    end = await scene.until(run, FINAL)
    assert (end.state, end.detail, end.effect) == (RunState.FAILED, "stopped at its deadline", Effect.UNKNOWN)


async def test_a_cancelled_run_may_clean_up(scene: Scene) -> None:
    """TERM first: the script tidies up within its grace, and its last words are shown."""
    run, folder = await started(scene, "trap 'echo tidied; exit 1' TERM; echo up; while :; do sleep 0.01; done")
    await eventually(lambda: b"up" in folder.output.read_bytes())
    await scene.deployer.cancel(run)
    end = await scene.until(run, FINAL)
    assert (end.state, end.detail, end.effect) == (RunState.CANCELLED, "tidied", Effect.UNKNOWN)


async def test_a_run_that_finishes_in_spite_of_the_request_succeeded(scene: Scene) -> None:
    """Cancelled is only what ended because of it: a script that is told to stop, finishes and says so has succeeded."""
    run, folder = await started(
        scene, "trap 'echo finished anyway; exit 0' TERM; echo up; while :; do sleep 0.01; done"
    )
    await eventually(lambda: b"up" in folder.output.read_bytes())
    await scene.deployer.cancel(run)
    assert (await scene.until(run, FINAL)).state is RunState.SUCCEEDED


async def test_stopping_a_deploy_does_not_reach_the_service(scene: Scene) -> None:
    """What the script started in a session of its own lives on."""
    start = f'{sys.executable} -c \'import subprocess; print(subprocess.Popen(["sleep", "60"], start_new_session=True).pid)\''
    run, folder = await started(scene, f"{start} > service; echo up; exec sleep 60")
    await eventually(lambda: b"up" in folder.output.read_bytes())
    service = int((scene.folder / "service").read_text())
    await scene.deployer.cancel(run)
    assert (await scene.until(run, FINAL)).state is RunState.CANCELLED
    assert supervisor.since(service)
    os.kill(service, signal.SIGKILL)


async def test_a_command_that_is_not_there_had_no_effect(scene: Scene) -> None:
    """Nothing was started, and the run says so: failed, with effect none, and why."""
    how = scene.how("", "./absent.sh")
    run = await scene.deployer.start(scene.order(how.model_copy(update={"run": ("./absent.sh",)})))
    end = await scene.until(run, FINAL)
    assert (end.state, end.effect) == (RunState.FAILED, Effect.NONE)
    assert end.detail.startswith("cannot start ./absent.sh")


async def test_hostile_words_stay_one_argument(scene: Scene) -> None:
    """Whatever a placeholder is filled with is one word for the program, and never another placeholder."""
    hostile = "x; touch pwned $(touch pwned) {revision} `touch pwned` 'a' \"b\" *"
    how = scene.how('printf "%s\\n" "$#" "$@"', "{service}", "is {service}", "{environment}", "${HOME}")
    target = Target(service=hostile, environment="staging")
    run = await scene.deployer.start(scene.order(how, target=target))
    await scene.until(run, FINAL)
    assert await scene.deployer.tail(run, 10) == ("4", hostile, f"is {hostile}", "staging", "${HOME}")
    assert not (scene.folder / "pwned").exists()


@pytest.mark.parametrize("revision", ["--help", "a\nb", "a\0b"])
async def test_words_that_programs_misread_are_refused(scene: Scene, revision: str) -> None:
    """An option, a line break or a NUL in place of a revision starts nothing."""
    with pytest.raises(IntegrationError) as raised:
        await scene.deployer.start(scene.order(scene.how("true"), revision=revision))
    assert (raised.value.kind, raised.value.effect) == (Kind.INVALID, Effect.NONE)
    assert scene.runs.all() == []


async def test_the_scripts_environment(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what the target names passes; the bot's secrets do not, and no value of the environment is written down."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", SECRET)
    monkeypatch.setenv("DEPLOY_TOKEN", "named-on-purpose")
    how = scene.how("env > seen", keep_environment=["PATH", "DEPLOY_TOKEN"])
    run = await scene.deployer.start(scene.order(how))
    await scene.until(run, FINAL)
    seen = dict(line.split("=", 1) for line in (scene.folder / "seen").read_text().splitlines() if "=" in line)
    assert seen["DEPLOY_TOKEN"] == "named-on-purpose"
    assert seen["QUARTERDECK_REVISION"] == REVISION
    assert SECRET not in (scene.folder / "seen").read_text()
    folder = scene.runs.folder("1:1:1").path
    assert not any(b"named-on-purpose" in path.read_bytes() for path in folder.iterdir())
    assert folder.stat().st_mode & 0o077 == 0


async def test_what_a_run_asks_with(scene: Scene) -> None:
    """The claim of its attempt, in its environment alone; asked on this machine, where that is possible; nothing where there is no road."""
    claim = Claim(
        token="qd1_" + "0" * 64, url="https://ops.acme.example/v1/claim", here="http://127.0.0.1:8081/v1/claim"
    )
    order = scene.order(scene.how("env > seen"), claim=claim)
    run = await scene.deployer.start(order)
    await scene.until(run, FINAL)
    seen = dict(line.split("=", 1) for line in (scene.folder / "seen").read_text().splitlines() if "=" in line)
    names = ("OPERATION", "STEP", "ATTEMPT", "TOKEN", "CLAIM_URL")
    assert [seen[f"QUARTERDECK_{name}"] for name in names] == ["1", "1", "1", claim.token, claim.here]
    folder = scene.runs.folder("1:1:1").path
    assert not any(claim.token.encode() in path.read_bytes() for path in folder.iterdir() if path.is_file())
    assert claim.token not in repr(order)
    assert claim_of(replace(order, claim=replace(claim, here="")))["QUARTERDECK_CLAIM_URL"] == claim.url
    assert claim_of(replace(order, claim=None)) == {}


async def test_steps_and_the_telling_line(scene: Scene) -> None:
    """The last step that was printed, and the last line that is none, without colours; also behind a megabyte of chatter."""
    chatter = "yes 'compiling' | head -c 700000"
    run, _folder = await started(
        scene,
        f"echo '::step 2/4 build'; echo '::step 3/4 migrate '; {chatter}; printf '\\033[31mrelation is locked\\033[0m\\n\\n'; exit 1",
    )
    end = await scene.until(run, FINAL)
    assert (end.step, end.detail) == ((3, 4, "migrate"), "relation is locked")


async def test_huge_output_is_cut_to_its_end(scene: Scene) -> None:
    """A script that never stops talking cannot fill the disk: the file is cut, the step and the end stay."""
    cap = supervisor.OUTPUT_CAP
    run, folder = await started(
        scene,
        "echo '::step 1/2 talk'; yes talking | head -c 60000000; until test -e go; do sleep 0.01; done; echo over",
    )
    await eventually(lambda: b"beginning was cut" in folder.output.read_bytes()[:100], seconds=20)
    (scene.folder / "go").touch()
    end = await scene.until(run, FINAL)
    assert (end.step, end.detail) == ((1, 2, "talk"), "over")
    assert folder.output.stat().st_size < cap


async def test_a_checkout_is_the_revisions_files(scene: Scene) -> None:
    """{checkout} is a fresh folder with exactly that revision; the repository and its working tree are not touched."""
    made = repository(scene.folder / "repository")
    first = made.commit("One", app="one\n", lib__b="deep\n")
    made.commit("Two", app="two")
    made.git("config", "core.hooksPath", str(scene.folder))
    how = scene.how("cd \"$1\" && echo $(cat app lib/b) && find . | sort | tr '\\n' ' '", "{checkout}")
    run = await scene.deployer.start(scene.order(how, revision=first))
    assert (await scene.until(run, FINAL)).state is RunState.SUCCEEDED
    assert await scene.deployer.tail(run, 5) == ("one deep", ". ./app ./lib ./lib/b")
    assert made.git("status", "--porcelain") == ""


async def test_a_checkout_that_fails_had_no_effect(scene: Scene) -> None:
    """Where git has no such commit the command is not started."""
    repository(scene.folder / "repository").commit("One")
    how = scene.how("touch ran", "{checkout}")
    run = await scene.deployer.start(scene.order(how, revision="d" * 40))
    end = await scene.until(run, FINAL)
    assert (end.state, end.effect) == (RunState.FAILED, Effect.NONE)
    assert "not a tree" in end.detail.lower() or "not a valid object" in end.detail.lower()
    assert not (scene.folder / "ran").exists()


async def test_the_recipe(scene: Scene) -> None:
    """A plan that was shown runs as shown: another script, or other words, are another recipe; a missing program is noted."""
    how = scene.how("true", "{environment}")
    before = await scene.deployer.preview(scene.order(how))
    assert before.notes == ()
    moved = await scene.deployer.preview(scene.order(how, revision="a" * 40))
    assert moved == before
    (scene.folder / how.run[0]).write_text("#!/bin/sh\nfalse\n")
    changed = await scene.deployer.preview(scene.order(how))
    other = await scene.deployer.preview(scene.order(how.model_copy(update={"run": ("./absent.sh",)})))
    assert len({before.workflow, changed.workflow, other.workflow}) == 3
    assert other.notes == ("./absent.sh cannot be executed here: the run would fail",)


async def test_a_key_of_another_life_is_refused(scene: Scene) -> None:
    """A new database counts from one again: its first run must not adopt the old one and call that a success."""
    how = scene.how("true")
    order = scene.order(how)
    await scene.until(await scene.deployer.start(order), FINAL)
    for other in (replace(order, revision="a" * 40), replace(order, sent_at=NOW + 1)):
        with pytest.raises(IntegrationError) as raised:
            await scene.deployer.start(other)
        assert (raised.value.kind, raised.value.effect) == (Kind.CONFLICT, Effect.NONE)
        assert await scene.deployer.find(other) == ()


async def test_swept_runs_keep_their_key(scene: Scene) -> None:
    """Old folders go, the newest and the unfinished stay, and a key that is gone still starts nothing."""
    how = scene.how("echo $$ >> ran")
    orders = [scene.order(how, operation) for operation in range(1, 5)]
    for order in orders:
        await scene.until(await scene.deployer.start(order), FINAL)
    await eventually(lambda: not any(run.supervised for run in scene.runs.all()))
    scene.runs.claim(AttemptKey(operation=9, step=1, n=1), scene.deployer._content(orders[0], how))
    assert scene.runs.sweep(2) == 2
    assert [run.key for run in scene.runs.all()] == ["9:1:1", "4:1:1", "3:1:1"]
    run = await scene.deployer.start(orders[0])
    assert await scene.deployer.find(orders[0]) == (run,)
    assert (await scene.deployer.observe(run)).state is RunState.SUCCEEDED
    await scene.deployer.cancel(run)
    with pytest.raises(IntegrationError, match="something else"):
        await scene.deployer.start(replace(orders[0], sent_at=NOW + 1))
    assert len((scene.folder / "ran").read_text().splitlines()) == 4


async def test_an_unusable_runs_folder_starts_nothing(scene: Scene) -> None:
    """A file where the folder should be: one clear error, and proof that nothing happened."""
    scene.runs.path.write_text("in the way")
    with pytest.raises(IntegrationError) as raised:
        await scene.deployer.start(scene.order(scene.how("true")))
    assert (raised.value.kind, raised.value.effect) == (Kind.UNAVAILABLE, Effect.NONE)
    assert "writable" in raised.value.hint


async def test_a_supervisor_in_trouble_says_so(scene: Scene) -> None:
    """An order that cannot be read is trouble before anything was started."""
    how = scene.how("touch ran")
    order = scene.order(how)
    run = scene.runs.claim(order.key, scene.deployer._content(order, how))
    assert run
    (run.path / supervisor.ORDER).write_text("{")
    with pytest.raises(IntegrationError) as raised:
        await scene.deployer.start(order)
    assert raised.value.effect is Effect.NONE
    assert not (scene.folder / "ran").exists()


async def test_other_peoples_references_are_refused(scene: Scene) -> None:
    """A reference is a key and nothing else: no path leads out of the runs folder."""
    for reference in ({}, {"run": "../../etc"}, {"run": "1:1"}, {"id": "7"}):
        with pytest.raises(IntegrationError) as raised:
            await scene.deployer.observe(Run(reference=reference))
        assert raised.value.kind is Kind.NOT_FOUND
