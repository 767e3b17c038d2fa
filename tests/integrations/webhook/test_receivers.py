"""The receivers of docs/webhook.md, as they stand there: they take what is ours, and nothing else."""

import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.terms import SECOND
from bot.errors import IntegrationError, Kind
from integrations._http import Call, Http
from integrations.webhook.calling import signature
from integrations.webhook.deployer import WebhookDeployer
from tests.fakes.receiver import SECRET
from tests.integrations.webhook.conftest import TOKEN, Rig

pytestmark = pytest.mark.real
PAGE = Path(__file__).parents[3] / "docs" / "webhook.md"
BLOCKS = dict(re.findall(r"^```(python|js|sh)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))
SERVERS = [("python", sys.executable)] + ([("js", found)] if (found := shutil.which("node")) else [])
OPENSSL = ["openssl"] if shutil.which("openssl") else []
ENVIRONMENT = {"WEBHOOK_SECRET": SECRET, "PATH": "/usr/local/bin:/usr/bin:/bin"}
DEPLOY = (
    '#!/bin/sh\necho "$*" "$QUARTERDECK_OPERATION" "$QUARTERDECK_TOKEN" >> deployed.part\nmv deployed.part deployed\n'
)


@pytest.fixture(params=SERVERS, ids=[name for name, _ in SERVERS])
def receiver(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """One of them as a process, in a folder with something that deploys; its address."""
    language, program = request.param
    (tmp_path / "receiver").write_text(BLOCKS[language])
    (tmp_path / "deploy.sh").write_text(DEPLOY)
    (tmp_path / "deploy.sh").chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = ENVIRONMENT | {"PORT": str(port)}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([program, "receiver"], cwd=tmp_path, env=environment, stdout=log, stderr=log)
    try:
        _until_it_listens(process, port, tmp_path / "log")
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.kill()
        process.wait(timeout=10)


def _until_it_listens(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError(log.read_text())


def _deployed(folder: Path) -> str:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if (folder / "deployed").exists():
            return (folder / "deployed").read_text()
    raise AssertionError((folder / "log").read_text())


async def test_it_takes_what_is_ours(receiver: str, rig: Rig, tmp_path: Path) -> None:
    """Once for each delivery, with the variables that the claim needs; also while the secret is being changed."""
    rig.clock.move_to(int(time.time() * SECOND))
    order = rig.order(12)
    deployer = WebhookDeployer(receiver=rig.receiver(url=receiver, secret=("another-secret-4711", SECRET), answers=()))
    await deployer.start(order)
    assert _deployed(tmp_path) == f"web staging {order.revision} 12 {TOKEN}\n"
    (tmp_path / "deployed").unlink()
    await deployer.start(order)
    await deployer.start(replace(order, revision="b" * 40, key=replace(order.key, n=2)))
    assert _deployed(tmp_path) == f"web staging {'b' * 40} 12 {TOKEN}\n"


@pytest.mark.parametrize(("late", "secret"), [(0, "another-secret-4711"), (301, SECRET), (-301, SECRET)])
async def test_it_refuses_everything_else(receiver: str, rig: Rig, tmp_path: Path, late: int, secret: str) -> None:
    """Another secret, and what was signed more than five minutes ago, or will be."""
    rig.clock._now = int(time.time() - late) * SECOND
    with pytest.raises(IntegrationError) as raised:
        await WebhookDeployer(receiver=rig.receiver(url=receiver, secret=secret, answers=())).start(rig.order())
    assert raised.value.kind is Kind.AUTH
    assert not (tmp_path / "deployed").exists()


async def test_it_refuses_what_is_not_signed(receiver: str, tmp_path: Path) -> None:
    """Without headers, and with a signature of something else."""
    stamp = str(int(time.time()))
    other = {"Quarterdeck-Timestamp": stamp, "Quarterdeck-Signature": f"v1={signature(SECRET, stamp, b'other')}"}
    for headers in ({}, other, other | {"Quarterdeck-Signature": "v1=,,"}):
        call = Call(url=receiver, method="POST", headers=headers, body=b"{}")
        answer = await Http().send(call, deadline=5 * SECOND)
        assert answer.status == 401
    assert not (tmp_path / "deployed").exists()


@pytest.mark.parametrize("_openssl", OPENSSL)
def test_the_shell_verifies(tmp_path: Path, _openssl: str) -> None:
    """Status 0 for what is ours, in time, among several signatures; 1 for everything else."""
    (tmp_path / "verify.sh").write_text(BLOCKS["sh"])
    now, body = int(time.time()), b'{"event":"deploy"}\n'

    def status(stamp: str, given: str, content: bytes = body) -> int:
        argv = ["sh", "verify.sh", stamp, given]
        done = subprocess.run(
            argv, input=content, cwd=tmp_path, env=ENVIRONMENT, check=False, timeout=30, capture_output=True
        )
        return done.returncode

    right = f"v1={signature(SECRET, str(now), body)}"
    assert status(str(now), right) == 0
    assert status(str(now), f"v1={'0' * 64},{right}") == 0
    assert status(str(now), right, b"{}") == 1
    assert status(str(now), right[:-1]) == 1
    assert status(str(now), "") == status("", "") == status("now", right) == 1
    assert status(str(now - 301), f"v1={signature(SECRET, str(now - 301), body)}") == 1
    assert status(str(now + 301), f"v1={signature(SECRET, str(now + 301), body)}") == 1
