"""Status, history, changes, why, help, who am I: what is read and changes nothing."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.domain.changes import Change, ChangeSet, Relation
from bot.domain.facts import Live
from bot.domain.help import HelpPage
from bot.domain.operations import State
from bot.domain.people import Standing
from bot.domain.status import Desk, ServiceStatus, Status, TargetStatus, Waiting
from bot.domain.terms import DAY, Action, Target, Unknown
from bot.ports import Finding, Severity
from bot.views import changes, doctor, help, home, kit, status, whoami, why  # noqa: A004 (named after the command)
from bot.views.gallery import GALLERY
from bot.views.samples import NEW, NOON, OLD, OTHER, Samples
from tests.support.text import plain

WORDS = Samples()


def shown(name: str) -> str:
    return plain(GALLERY[name]())


def test_status() -> None:
    """Exceptions first, one line for each service, the rest in one sentence."""
    assert shown("status") == snapshot("""\
*web* · production `a41c9e2` since 2026-11-23 13:00 UTC · 🔄 Running `5d2f0b7` #1287 · staging is 6 changes ahead
*web* · production `a41c9e2` since 2026-11-23 13:00 UTC · staging is 6 changes ahead
*billing* · same everywhere: `a41c9e2`
your services · 41 others are fine · `/ops status all`\
""")


def test_status_of_nothing() -> None:
    """Silence is an answer too."""
    assert shown("status, nothing") == "Everything is fine. · `/ops status all`"
    assert plain(status.status(Status(services=()))).startswith("There is no service here yet.")


def test_status_of_many() -> None:
    """What is unusual is never hidden among what is fine: both are counted."""
    assert (
        shown("status, 300 services").splitlines()[-1]
        == "+ 180 more to look at · 100 others are fine · `/ops status all`"
    )


def test_status_all_is_one_table() -> None:
    """At most 100 rows, exceptions first, the rest counted."""
    lines = shown("status all").splitlines()
    assert lines[0] == "Service | Environment | Live | Since (UTC) | State"
    assert len(lines) <= 101
    assert lines[1] == snapshot("web | production | a41c9e2 | 2026-11-23 13:00 | 🔄 Running #1287")
    assert lines[-1] == "600 targets, 200 to look at"
    assert plain(status.status_table(Status(services=()))) == "0 targets, 0 to look at"


def test_status_of_a_service_and_of_a_target() -> None:
    """Every environment; what could not be read says why."""
    assert shown("status of a service") == snapshot("""\
*web*
staging `5d2f0b7` since 2026-11-23 13:00 UTC · 6 changes ahead · web itself says so, 2026-11-24 13:00 UTC
production · ⚠️ could not read what is live: relation "orders" is locked\
""")
    assert shown("status of a target") == snapshot("""\
*web*
production `a41c9e2` since 2026-11-23 13:00 UTC · ❌ Failed `5d2f0b7` #1287 · web itself says so, 2026-11-24 13:00 UTC
     Failed · At step 3, migrate: relation "orders" is locked · Ada · #1287
[ Changes ]\
""")


def test_words_for_what_is_unusual() -> None:
    """Drift, nothing live, no environment: each has a sentence."""
    drifted = WORDS.status_of(recorded=WORDS.deployment(revision=OTHER, operation=3))
    assert "not deployed from here, our record says `77ab310`" in plain(status.target_detail(drifted))
    empty = ServiceStatus(
        service="new", targets=(TargetStatus(target=Target(service="new", environment="production")),)
    )
    none = ServiceStatus(service="none", targets=())
    both = WORDS.service_status()
    same = replace(both, targets=(replace(both.targets[0], live=WORDS.live(), ahead=0, running=None), both.targets[1]))
    failing = replace(same, targets=(same.targets[0], replace(same.targets[1], last=WORDS.operation(State.FAILED))))
    text = plain(status.status(Status(services=(empty, none, same, failing))))
    assert text == snapshot("""\
*web* · production `a41c9e2` since 2026-11-23 13:00 UTC · ❌ Failed `5d2f0b7` #1287 · staging has the same
*new* · production: nothing live yet
*none* · has no environment
*web* · same everywhere: `a41c9e2`
`/ops status all`\
""")
    table = plain(
        status.status_table(
            Status(
                services=(empty, replace(none, targets=(drifted, replace(drifted, live=Unknown(what="it", why="x")))))
            )
        )
    )
    assert "nothing yet" in table
    assert "⚠️ not deployed from here" in table
    assert "⚠️ could not read it" in table


def test_an_environment_with_the_same_revision() -> None:
    """Where something else is unusual, what is the same is said shortly."""
    running = replace(WORDS.status_of(), running=WORDS.operation(State.RUNNING))
    service = ServiceStatus(service="web", targets=(WORDS.status_of("staging"), running))
    assert plain(status.status(Status(services=(service,)))).splitlines()[0].endswith("staging has the same")
    other = replace(service.targets[0], live=WORDS.live(OTHER))
    apart = ServiceStatus(service="web", targets=(other, running))
    assert "· staging `77ab310` since" in plain(status.status(Status(services=(apart,))))


def test_what_is_exceptional() -> None:
    """Something runs, something failed last, what is live differs or cannot be read."""
    fine = WORDS.status_of()
    assert not fine.exceptional
    for change in (
        {"running": WORDS.operation(State.RUNNING)},
        {"last": WORDS.operation(State.FAILED)},
        {"live": Unknown(what="it", why="timed out")},
        {"recorded": WORDS.deployment(revision=OTHER, operation=1)},
    ):
        assert replace(fine, **change).exceptional, change
    running_again = replace(fine, last=WORDS.operation(State.FAILED), running=WORDS.operation(State.RUNNING))
    assert not running_again.failed


def test_what_is_served_and_since_when() -> None:
    """The target's own answer counts; our record fills in where there is none."""
    target = Target(service="web", environment="production")
    recorded = WORDS.deployment(revision=OLD, since=NOON - DAY, operation=1)
    assert TargetStatus(target=target).revision == ""
    assert TargetStatus(target=target).since == 0
    assert TargetStatus(target=target, recorded=recorded).revision == OLD
    assert TargetStatus(target=target, recorded=recorded, live=Unknown(what="it", why="x")).since == NOON - DAY
    live = Live(revision=NEW, said_by="web itself", at=NOON, since=NOON - 5)
    assert TargetStatus(target=target, recorded=recorded, live=live).since == NOON - 5
    assert not ServiceStatus(service="web", targets=(TargetStatus(target=target),)).same
    assert Desk().empty


def test_history() -> None:
    """Newest first, observed ones among them."""
    assert shown("history") == snapshot("""\
*web · production* · history
↩️ Rolled back · `a41c9e2` · 6 changes · Ada · took 48 s · 2026-11-24 13:00 UTC · #1287 · serving now
     Why: errors 4.1 % (limit 1 %), 3 checks
↩️ Rolled back · `5d2f0b7` · 6 changes · Ada · took 5 min · 2026-11-24 13:05 UTC · #1287
👁️ Observed · `5d2f0b7` · release.yml, run by Ada · not deployed from here · 2026-11-24 13:00 UTC
✅ Live · `5d2f0b7` · 6 changes · Ada · took 3 min · 2026-11-24 13:03 UTC · #1287
+ 12 older\
""")
    assert shown("history, empty") == snapshot("""\
*web · production* · history
Nothing has been deployed here yet.\
""")


def test_changes() -> None:
    """Risky first, then by kind."""
    assert shown("changes ahead") == snapshot("""\
*web · production* · `a41c9e2` → `5d2f0b7`
6 changes
⚠️ *Look here*
A rollback will not undo 0042_orders.sql
react 18 → 19 (#409)
*Features* #410 gift cards
*Fixes* #415 Retry failed webhooks
*Other* #412 Faster checkout · `0000004` Faster checkout again · `0000005` Faster checkout again
*Dependencies* react 18 → 19 (#409)
by Ada, Grace and Linus · tickets SHOP-88 · 41 of 41 files looked at\
""")


def test_changes_that_were_cut_say_so() -> None:
    """First 6 of 412."""
    assert shown("changes, cut").splitlines()[1] == "412 changes, first 6 of 412 commits read"
    assert "all of it on github.com" in shown("changes, cut")


@pytest.mark.parametrize(
    ("relation", "line"),
    [
        (Relation.IDENTICAL, "No difference: both are the same revision."),
        (Relation.BEHIND, "3 changes would leave: this goes back"),
        (Relation.DIVERGED, "6 changes arrive, 3 changes leave"),
        (Relation.UNRELATED, "The two have no history in common, so there is no list."),
    ],
)
def test_relations(relation: Relation, line: str) -> None:
    """How two revisions lie to each other, in words."""
    assert shown(f"changes {relation}").splitlines()[1] == line


def test_changes_of_nothing_before() -> None:
    """A first deploy has no base."""
    first = ChangeSet(base="", head=NEW, relation=Relation.AHEAD)
    assert plain(changes.change_list(first)).splitlines() == ["nothing → `5d2f0b7`", "0 changes"]


@pytest.mark.parametrize(
    ("title", "kind"),
    [("feat: x", "Features"), ("Add gift cards", "Features"), ("fix(web): y", "Fixes"), ("Bump react", "Dependencies"),
     ("perf: q", "Performance"), ("chore(deps): z", "Dependencies"), ("fix(deps): z", "Dependencies"), ("Refactor", "Other"),
     ("", "Other")],
)  # fmt: skip
def test_kinds(title: str, kind: str) -> None:
    """By how a title begins; dependencies before fixes."""
    one = Change(revision=NEW, title=title, author="")
    listed = ChangeSet(base=OLD, head=NEW, relation=Relation.AHEAD, arriving=(one,), total=1)
    assert plain(changes.change_list(listed)).splitlines()[2].startswith(f"*{kind}*")


def test_risky_changes_come_first() -> None:
    """Migrations and breaking changes are looked at before anything else."""
    risky = Change(revision=NEW, title="feat!: drop the old API", author="Grace", number=9)
    listed = replace(WORDS.changes(), arriving=(*WORDS.changes().arriving, risky), total=7)
    assert plain(changes.change_list(listed)).splitlines()[2:5] == snapshot(
        ["⚠️ *Look here*", "*Breaking* #9 drop the old API", "A rollback will not undo 0042_orders.sql"]
    )


def test_change_line() -> None:
    """For an operation's row: numbers, or short hashes."""
    some = WORDS.changes().arriving
    assert changes.change_line(some[:1]) == "#412"
    assert changes.change_line(some[:3]) == "#412, #415 and #410"
    assert changes.change_line(some, total=40) == "#412, #415 and 38 more"
    assert changes.change_line(some[4:5]) == "0000004"
    assert changes.change_line([]) == ""


def test_why() -> None:
    """Every gate with its answer, evidence and the configuration line behind it."""
    assert shown("why not") == snapshot("""\
Deploy web → production · `5d2f0b7`
*You could not deploy now.*
✅ *target* pass: web has production · `services.web`
⛔ *checks* no: Checks still running: integration-tests. · `services.web.environments.production.checks`
     Ask again when they are done.
⛔ *permission* no: You may not deploy web in production. · `services.web.environments.production.permission`
     Ask @U02GRACE.
⛔ *merged* no: #412 is not merged, and production takes only merged changes. · `services.web.environments.production.merged`
     Merge it first.
⛔ *live* no: Could not read what is live: relation "orders" is locked.
     Try `/ops doctor`.
1 of 5 gates passed · nothing was done\
""")
    assert shown("why, all pass").splitlines()[1] == "*You could roll back now.*"


def test_why_shows_every_gate() -> None:
    """However many there are, none is cut off."""
    gates = [replace(WORDS.verdicts()[1], gate=f"gate-{at}") for at in range(40)]
    text = plain(why.why(Action.DEPLOY, WORDS.target, gates))
    assert all(f"*gate-{at}*" in text for at in range(40))


def test_help() -> None:
    """By what this person may do, with a target that exists."""
    assert shown("help") == snapshot("""\
*You can*
`/ops deploy web production`  Deploy a service.
`/ops rollback web production`  Go back to what last worked.
*You can see*
`/ops status`  What is live where.
Not yours: rollback. Ask @U02GRACE.
more: `/ops help deploy` · every command also works as a mention, in a direct message and in a thread\
""")
    assert shown("help deploy") == snapshot("""\
`/ops deploy SERVICE ENVIRONMENT`
Deploy a service.
You see the plan first.
Without a revision: what staging has verified.
*For example*
`/ops deploy web production`
`/ops deploy web@v1.4 to staging`
`/ops deploy #412 staging`\
""")
    nothing = help.help_page(HelpPage(allowed=(), refused=WORDS.topics(), where="here"))
    assert plain(nothing).startswith("Not yours here: deploy, rollback and status.")
    anywhere = help.help_page(HelpPage(allowed=WORDS.topics()))
    assert plain(anywhere).splitlines()[1].startswith("`/ops deploy SERVICE ENVIRONMENT`")


def test_whoami() -> None:
    """Who, in which groups, what by which rule."""
    assert shown("whoami") == snapshot("""\
You are *Ada*, a member of this workspace · `T1/U02ADA`
Groups: @backend-leads · read 2026-11-24 13:00 UTC
• may *deploy* in staging · `roles.deployers.may`
• may not *rollback* in production · `roles: nothing grants it`\
""")
    assert "a guest: guests change nothing here" in shown("whoami, guest")
    assert set(whoami.STANDINGS) == set(Standing)


def test_welcome() -> None:
    """The first words, with something to try."""
    assert shown("welcome channel") == snapshot("""\
Ahoy. I deploy, roll back and say what is live. Cards of web and api go here.
Try: `/ops deploy web production` · `/ops status` · `/ops help`
Nothing starts before you have seen and confirmed exactly what will happen.\
""")
    assert shown("welcome direct") == snapshot("""\
Hello Ada. Here you can leave out the command: just say what you want.
`deploy web production` · `help`
Try: `/ops deploy web production` · `/ops status` · `/ops help`
Nothing starts before you have seen and confirmed exactly what will happen.\
""")


def test_home() -> None:
    """What waits, what is open, what runs, what was used last."""
    assert shown("home") == snapshot("""\
# Good to see you, Ada
*Waiting for you*
✋ *Decision needed* · web → production
GitHub never said whether it started (25 min)
[ Decide… ]
*Your open plans*
Deploy web → production?
6 changes since `a41c9e2`, serving now
⚠️ A rollback will not undo 0042_orders.sql
⚠️ react 18 → 19 (#409)
#412 Faster checkout · #415 Retry failed webhooks · 4 more
12 gates passed · usually 3 min · verified before this, 2026-11-24 11:00 UTC · good until 2026-11-24 13:15 UTC
[ Deploy to production ] [ All changes ] [ Not now ]
*Running now*
🔄 *Running* · web → production · Step 3 of 4: migrate · Ada · #1287
*Your last targets*
*web* · production `a41c9e2` since 2026-11-23 13:00 UTC
*web* · production `a41c9e2` since 2026-11-23 13:00 UTC
*web* · production `a41c9e2` since 2026-11-23 13:00 UTC
*web* · production `a41c9e2` since 2026-11-23 13:00 UTC
*web* · production `a41c9e2` since 2026-11-23 13:00 UTC
---
*What you can do*
`/ops deploy SERVICE ENVIRONMENT`  Deploy a service.
`/ops rollback SERVICE ENVIRONMENT`  Go back to what last worked.
`/ops status`  What is live where.\
""")


def test_a_full_desk_is_counted() -> None:
    """Five of each, and how many more there are."""
    waiting = Waiting(operation=WORDS.operation(State.NEEDS_HUMAN))
    plan = WORDS.plan()
    text = plain(home.mine(Desk(waiting=(waiting,) * 8, plans=((plan, ()),) * 9)))
    assert "+ 3 more" in text
    assert "+ 4 more" in text


def test_doctor() -> None:
    """Problems first, each with its fix; what is fine is one line."""
    found = [
        Finding(severity=Severity.FINE, subject="Slack", sentence="Connected."),
        Finding(severity=Severity.WARNING, subject="clock", sentence="4 s behind.", fix="Run a time service."),
        Finding(
            severity=Severity.PROBLEM, subject="scopes", sentence="chat:write is missing.", fix="Run `/ops doctor`."
        ),
    ]
    assert plain(doctor.doctor(found)) == snapshot("""\
*1 problem, 1 warning*
❌ Problem · *scopes*: chat:write is missing.
     Fix: Run `/ops doctor`.
⚠️ Warning · *clock*: 4 s behind.
     Fix: Run a time service.
✅ Fine: Slack\
""")
    assert plain(doctor.doctor(found[:2])).startswith("*1 warning*")
    assert plain(doctor.doctor(found[:1])).startswith("*All is well*")
    assert "Fine" not in plain(doctor.doctor(found[1:]))


def test_a_log_shows_its_end() -> None:
    """The last lines that fit, without secrets and without blank ones."""
    from bot.views.replies import log_tail

    redactor = kit.Redactor.of(["canary-secret-value"])
    lines = [f"line {at} canary-secret-value" for at in range(200)] + ["", "\x1b[31mthe end\x1b[0m"]
    text = plain(log_tail(WORDS.operation(State.FAILED), lines, redactor=redactor, cut=10))
    assert text.splitlines()[0] == "*Log* · + 181 lines above · #1287"
    assert "canary" not in text
    assert text.splitlines()[-3:-1] == ["[31mthe end[0m", "```"]
    long = plain(log_tail(WORDS.operation(State.FAILED), ["x" * 5000] * 40, redactor=redactor))
    assert len(long) < 3000
