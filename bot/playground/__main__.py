"""`python -m bot.playground`: the playground alone on a port."""

import argparse
import asyncio
import contextlib
import json
from pathlib import Path

from bot.playground.alone import serve_forever


def main() -> None:
    """Read the arguments and serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m bot.playground", description="A local Slack for any app.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8555)
    parser.add_argument("--manifest", type=Path, help="an app manifest as JSON")
    parser.add_argument("--http", help="deliver to this Request URL instead of Socket Mode")
    given = parser.parse_args()
    manifest = json.loads(given.manifest.read_text()) if given.manifest else None
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve_forever(given.host, given.port, manifest, given.http))


if __name__ == "__main__":
    main()
