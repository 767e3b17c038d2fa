"""The claim in the running app: a script that the bot starts asks with the snippet of the docs; and `doctor --claim`."""

from pathlib import Path

import pytest

from bot.app import running
from bot.cli.rehearsing import rehearsed
from bot.domain.claims import Answer, Claim, token_of
from bot.domain.operations import AttemptKey
from bot.engine.claiming import Claiming
from bot.engine.sealing import secret_of
from bot.guaranteeing import guaranteed
from bot.ports import Severity
from bot.store import claims, operations
from bot.web.claimant import ask
from tests.app.harbour import afloat, harbour
from tests.app.test_running import deploy
from tests.support.ship import WEB_STAGING
from tests.web.test_claim_snippets import SHELL

pytestmark = pytest.mark.real


def asks_first(folder: Path) -> None:
    """From now on what deploys asks first."""
    assert SHELL is not None
    (folder / "claim.sh").write_text(SHELL[1])
    script = folder / "deploy.sh"
    script.write_text(f"sh ./claim.sh || exit\n{script.read_text()}")


async def test_a_script_asks_and_goes_on(tmp_path: Path) -> None:
    """`local` gives its run everything; the run asks here, on this machine, with no public address; the row names it."""
    async with afloat(tmp_path) as (port, app):
        asks_first(tmp_path)
        card = await deploy(port.playground)
        assert "Not claimed" not in card.text
        found = await app.store.read(lambda tx: operations.get(tx, 1))
        assert found is not None
        assert found.claimed_by
        order = (tmp_path / "runs" / "1-1-1" / "order.json").read_text()
        assert "qd1_" not in order, "the token is written down nowhere"


async def test_a_rehearsal_walks_the_road(tmp_path: Path) -> None:
    """The bot says that it was reached, and gives variables; who asks with them is heard, and may not go on."""
    async with afloat(tmp_path) as (port, app):
        walked, practice, elsewhere = await rehearsed(port.configuration, "web", "staging")
        assert (walked.severity, "reaches this very bot" in walked.sentence) == (Severity.FINE, True)
        words = dict(line.split("=", 1) for line in practice.fix.replace("export ", "").split("; "))
        assert "QUARTERDECK_OUTSIDE_TOKEN=qd1_" in elsewhere.fix
        body = {"operation": words["QUARTERDECK_OPERATION"], "run_id": "r", "token": words["QUARTERDECK_TOKEN"]}
        heard = await ask(words["QUARTERDECK_CLAIM_URL"], body, patience=0)
        assert (heard.status, heard.reason) == (409, "rehearsal")
        rehearsal = words["QUARTERDECK_OPERATION"].removeprefix("rehearsal-")
        kept = await app.store.read(lambda tx: claims.rehearsal(tx, rehearsal))
        assert kept is not None
        assert (kept.target, kept.claimed_by) == (WEB_STAGING, "r")


async def test_in_http_mode_the_public_address_is_walked_too(tmp_path: Path) -> None:
    """An address that leads nowhere is a problem with a fix; both listeners take claims."""
    async with afloat(tmp_path, http=True) as (port, app):
        found = {each.subject: each for each in await rehearsed(port.configuration, "web", "staging")}
        assert found["claim, here address"].severity is Severity.FINE
        assert found["claim, public address"].severity is Severity.PROBLEM, "ops.example.test is nowhere"
        assert found["claim, public address"].fix
        public = port.configuration.web.public
        assert public is not None
        assert app.claiming is not None
        operation, token = await app.claiming.rehearse(None)
        body = {"operation": operation, "run_id": "r", "token": token}
        assert (await ask(f"http://{public.listen}/v1/claim", body, patience=0)).reason == "rehearsal"


async def test_a_rehearsal_needs_the_bot(tmp_path: Path) -> None:
    """Without a bot there is nobody to hear it."""
    async with harbour(tmp_path) as port:
        (found,) = await rehearsed(port.configuration, "web", "staging")
        assert (found.severity, "quarterdeck run" in found.fix) == (Severity.PROBLEM, True)


async def test_guarantees_of_a_new_installation(tmp_path: Path) -> None:
    """Each target has one, also before there is a database."""
    async with afloat(tmp_path) as (_port, app):
        found = await guaranteed(app.engine.runtime.catalogue, app.integrations, tmp_path / "none.db")
        assert [each.subject for each in found] == ["guarantee of web → staging", "guarantee of web → production"]
        assert all(each.severity is Severity.FINE and "class A" in each.sentence for each in found)


async def test_tokens_after_a_restart(tmp_path: Path) -> None:
    """They are stored nowhere, and the same all the same."""
    key = AttemptKey(operation=1, step=1, n=1)
    async with harbour(tmp_path) as port:
        async with running(port.configuration) as app:
            secret = await secret_of(app.engine.runtime)
            token = token_of(secret, key)
        async with running(port.configuration) as app:
            assert await Claiming(app.engine.runtime).genuine(Claim(key=key, run="r", token=token))
            assert await Claiming(app.engine.runtime).claim(Claim(key=key, run="r", token=token)) is Answer.UNKNOWN
