"""Writes the demo's quarterdeck.yaml: the file that a small team would write, for the demo's own services."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

_HEAD = """# The configuration of the demo. It is written anew at every start; copy it to change it.
slack:
  base_url: {base_url}
  bot_token: "${{SLACK_BOT_TOKEN}}"
  app_token: "${{SLACK_APP_TOKEN}}"
  command: /ops
  admin_channel: quarterdeck

web:
  private: {{listen: "127.0.0.1:0"}}

roles:
  engineers:
    people: [engineering]          # a user group of the workspace: Ada, Grace and Linus
    may: [deploy, promote, rollback, stop, decide, doctor]

services:
"""

_SERVICE = """  {name}:
    repository: {repository}
    channel: team-{name}
    irreversible: ["migrations/**"]
    confirm: always
    announce: channel
    deploy:
      via: local
      run: [{python}, ship.py, deploy, "{{service}}", "{{environment}}", "{{revision}}"]
      current: [{python}, ship.py, current, "{{service}}", "{{environment}}"]
      deadline: 2m
      keep_environment: [PATH, HOME, LANG, QUARTERDECK_DEMO_PACE]
    environments:
      staging: {{}}
      production: {{aliases: [prod]}}
"""

_FOOT = """
store: quarterdeck.db
"""


def configuration(folder: Path, services: Iterable[str], *, base_url: str) -> str:
    """The text of the file, for a demo in `folder`."""
    parts = [_HEAD.format(base_url=_quoted(base_url))]
    for name in services:
        repository = _path(folder / "git" / f"{name}.git")
        parts.append(_SERVICE.format(name=name, repository=repository, python=_path(sys.executable)))
    return "".join(parts) + _FOOT


def _path(path: Path | str) -> str:
    return _quoted(str(path).replace("$", "$$"))


def _quoted(text: str) -> str:
    """A YAML string: JSON's form is one."""
    return json.dumps(text, ensure_ascii=False)
