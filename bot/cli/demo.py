"""`quarterdeck demo`: the playground in this process, the bot as a child that can be killed, real services behind it."""

import asyncio
import fcntl
import os
import signal
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import click

from bot.cli.manifest import app_manifest
from bot.playground import demo
from bot.playground.panel import Link, Panel, Switch
from bot.playground.playground import Playground, Served
from bot.store.errors import Unusable
from bot.store.lockfile import holder, instance_lock

DATABASE = "quarterdeck.db"
START = 60.0  # seconds that the bot may take to connect
OUTAGE = 3.0  # seconds that the bot stays away after its plug was pulled
PORTS = 20
LEFTOVER_TRIES = 100


class AlreadyRunning(Exception):
    """Another demo has this folder; the message is its address."""


@contextmanager
def only_demo(path: Path) -> Iterator[Callable[[str], None]]:
    """Be the only demo in a folder; gives a way to write down where the page is."""
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunning(file.read() or "it is just starting") from None

        def mark(url: str) -> None:
            file.truncate(0)
            file.write(url)
            file.flush()

        yield mark


def end_leftover(database: Path) -> None:
    """A bot that outlived its demo (which was killed) is told to stop: the kernel's lock proves that it lives and is ours."""
    for _ in range(LEFTOVER_TRIES):
        try:
            with instance_lock(database, since=0):
                return
        except Unusable:
            left = holder(database)
            if left is not None:
                with suppress(ProcessLookupError):
                    os.kill(left.pid, signal.SIGTERM)
            time.sleep(0.2)
    raise demo.DemoError(f"the bot of an earlier demo still holds {database}; end it, then try again")


@dataclass(kw_only=True)
class Child:
    """The bot as a process of its own: started, killed, and started again when it dies by itself."""

    configuration: Path
    environment: dict[str, str]
    log: Path
    process: asyncio.subprocess.Process | None = None
    wanted: bool = True
    watching: set[asyncio.Task[None]] = field(default_factory=set)

    async def once(self, *words: str) -> int:
        """Run another command of ours with the same configuration and wait for it."""
        with self.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", *words, "--config", str(self.configuration),
                env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip
            return await process.wait()

    async def start(self) -> None:
        """Start the bot in a session of its own."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", "--config", str(self.configuration),
                env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        task = asyncio.get_running_loop().create_task(self._watch(self.process))
        self.watching.add(task)
        task.add_done_callback(self.watching.discard)

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        code = await process.wait()
        if self.wanted and self.process is process:
            click.echo(f"The bot ended by itself (exit {code}); its log: {self.log}. Starting it again.", err=True)
            await asyncio.sleep(1)
            await self.start()

    async def kill(self) -> None:
        """Pull the plug: no goodbye."""
        process, self.process = self.process, None
        if process is not None and process.returncode is None:
            process.send_signal(signal.SIGKILL)
            await process.wait()

    async def stop(self) -> None:
        """End it politely, then firmly."""
        self.wanted = False
        process = self.process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 12)
        except TimeoutError:
            process.kill()
            await process.wait()


@click.command(help="The bot in its playground, in your browser; nothing but this machine is needed.")
@click.option(
    "--folder", default=".demo", show_default=True, type=click.Path(path_type=Path), help="Where the demo lives."
)
@click.option("--port", default=8320, show_default=True, help="Where the page is; the next free one where it is taken.")
@click.option("--clean", is_flag=True, help="Stop everything the demo started, and forget it.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
def command(folder: Path, port: int, clean: bool, no_browser: bool) -> None:  # noqa: FBT001 (click's)
    """Set up, run until Ctrl-C, take down."""
    folder = folder.absolute()
    if clean and not folder.exists():
        click.echo("There is no demo.")
        return
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with only_demo(folder / "demo.lock") as mark:
            end_leftover(folder / DATABASE)
            if not clean:
                asyncio.run(_run(folder, port, mark, browser=not no_browser))
                click.echo("Stopped.")
                return
            demo.clean(folder)
        click.echo("The demo is gone.")
    except AlreadyRunning as error:
        click.echo(f"The demo is running already: {error}. Stop that one first, or use another --folder.", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        click.echo("Stopped.")


async def _run(folder: Path, port: int, mark: Callable[[str], None], *, browser: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    playground = Playground()
    playground.install(app_manifest(None))
    free = _free(port)
    if free != port:
        click.echo(f"Port {port} is taken; another one is used.", err=True)
    async with playground.serve(port=free) as served:
        mark(served.url)
        known = (folder / DATABASE).exists()
        world = await asyncio.to_thread(demo.create, folder, base_url=served.api_url)
        child = Child(configuration=world.configuration, environment=_environment(served), log=folder / "bot.log")
        try:
            if (
                not known
            ):  # later starts keep what was learned: a bad revision that is live is not good because of a restart
                await child.once("adopt")
            await child.start()
            if await _connected(playground, stop):
                playground.panel_changed(panel(playground, child, world))
                click.echo(_welcome(served, folder))
                if browser:
                    with suppress(webbrowser.Error):
                        webbrowser.open(served.url)
            elif not stop.is_set():
                raise demo.DemoError(f"the bot did not connect within {START:.0f} s; its log says why: {child.log}")
            await stop.wait()
        finally:
            await child.stop()
            await asyncio.to_thread(demo.stop, folder)


async def _connected(playground: Playground, stop: asyncio.Event) -> bool:
    """Whether the bot came within its time; Ctrl-C ends the wait."""

    async def come() -> bool:
        with suppress(TimeoutError):
            await playground.wait_for(lambda: playground.connections > 0, timeout=START, what="the bot")
        return playground.connections > 0

    waits = {asyncio.ensure_future(come()), asyncio.ensure_future(stop.wait())}
    _, late = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for each in late:
        each.cancel()
    return not stop.is_set() and playground.connections > 0


def panel(playground: Playground, child: Child, world: demo.DemoWorld) -> Panel:
    """The five lines, the plug, and the pages of the services."""

    async def pull() -> str | None:
        playground.switch_changed("plug", "down")
        await child.kill()
        await asyncio.sleep(OUTAGE)
        playground.switch_changed("plug", "busy")
        await child.start()
        await playground.wait_for(lambda: playground.connections > 0, timeout=30, what="the bot to come back")
        return "up"

    plug = Switch(
        id="plug", label="Pull the plug", action=pull, tone="danger",
        hint="Kills the bot where it stands (kill -9) and starts it again three seconds later. Do it in the middle of a deploy.",
    )  # fmt: skip
    links = tuple(Link(label=f"{place.service} · {place.environment}", url=place.url) for place in world.places)
    return Panel(
        title="Try this", intro="Everything here is real: git, processes, a database.", lines=demo.tries(world),
        switches=(plug,), links=links,
    )  # fmt: skip


def _environment(served: Served) -> dict[str, str]:
    tokens = {
        "SLACK_BOT_TOKEN": served.bot_token,
        "SLACK_APP_TOKEN": served.app_token,
        "SLACK_BASE_URL": served.api_url,
    }
    return {**os.environ, **tokens}


def _free(port: int) -> int:
    import socket

    for candidate in range(port, port + PORTS):
        with socket.socket() as held:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                held.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return candidate
    return 0


def _welcome(served: Served, folder: Path) -> str:
    return f"""
  Quarterdeck's playground is open:   {served.url}

  Pick #team-web and type   /ops deploy web staging
  Ctrl-C stops the bot, the playground and the services. The bot's log: {folder / "bot.log"}
"""
