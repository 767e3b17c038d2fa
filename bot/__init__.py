"""Quarterdeck: a Slack bot from which a team ships, un-ships, watches and learns.

The map of the house, from the ground up; imports point down only, and `tests/test_house.py` proves it.

0  domain       the words and the decisions: pure, no input or output, no clock
   errors       the error tree, drawn
   config       one file in, frozen models out, or every problem at once         door to yaml
   ports        what we need from the outside, as Protocols
1  store        rows: schema, migrations, one module per noun, two executors     door to sqlite_utils
   views        state in, Slack message out: pure
2  commanding   the grammar: what was typed becomes a Request, or a hint
   engine       gather facts, judge, submit, reconcile, deliver
3  commands     one verb per file            (top-level package)
   integrations one system per file          (top-level package)                 door to httpx in _http.py
4  slack        listeners in, the Chat port out                                  door to slack_bolt and slack_sdk
   web          health, metrics, the raw check, the admin socket                 door to aiohttp
   schedule     the alarm clock                                                  door to apscheduler
5  examining    the doctor: everything that has to be right, looked at once
   discovering  which integrations and commands there are
   situation    what the bot has in hand, read from its rows
   logs         structured logs, with secrets taken out
   app          the composition root: the one file that knows every part
   cli          what an operator types

`playground` stands beside the house: a local Slack that imports only itself.
"""
