"""`python -m bot.playground`: the playground alone on a port."""

import argparse
import asyncio
import contextlib
import json
from pathlib import Path

from bot.playground.alone import serve_forever
from bot.playground.errors import Json, PlaygroundError


def main() -> None:
    """Read the arguments and serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m bot.playground", description="A local Slack for any app.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8555)
    parser.add_argument("--manifest", type=Path, help="an app manifest as JSON")
    parser.add_argument("--http", help="deliver to this Request URL instead of Socket Mode")
    given = parser.parse_args()
    try:
        manifest = _manifest(given.manifest) if given.manifest else None
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(serve_forever(given.host, given.port, manifest, given.http))
    except (OSError, OverflowError, PlaygroundError) as error:
        parser.exit(2, f"The playground did not start: {error}\n")


def _manifest(path: Path) -> Json:
    try:
        parsed: Json = json.loads(path.read_text())
    except ValueError as error:
        raise PlaygroundError(f"{path} is not JSON ({error}); convert a YAML manifest first") from None
    return parsed


if __name__ == "__main__":
    main()
