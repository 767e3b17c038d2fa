"""The audit is a chain: whatever somebody does to its rows is found, with the place."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from bot.domain.audit import NOTHING, Entry, Fault, Head, Line, Posted, Verdict, after, examine, sealed
from bot.domain.terms import DAY, HOUR
from bot.store import InlineStore, Store, Tx, audit, outbox, retention
from bot.store.database import connect, prepare
from bot.store.errors import InvariantBroken, Trouble, Unusable
from bot.store.migrations import MIGRATIONS, migrate
from bot.store.outside import look
from bot.store.transactions import commit_together

LINES = 9


def write(tx: Tx, number: int = 1) -> None:
    for n in range(number):
        audit.append(
            tx, at=1000 + n, actor="T1/U1", action="deploy.confirmed", subject=f"operation:{n}", reason=f"fix “{n}” 🚢",
            body={"target": "web → production", "b": "1"},
        )  # fmt: skip


@pytest.fixture
def tampered(tmp_path: Path) -> Callable[..., Verdict]:
    """A file with nine lines, to which somebody who may write the file does something; the verdict on it."""
    path = tmp_path / "q.db"
    prepare(path)

    def does(*statements: str, posted: tuple[Posted, ...] = ()) -> Verdict:
        with connect(path) as database:
            commit_together(database, [lambda tx: write(tx, LINES)])
        raw = sqlite3.connect(path)
        for name in ("is_never_changed", "is_never_cut", "is_a_chain", "has_a_head"):
            raw.execute(f"drop trigger audit_{name}")
        raw.execute("drop index audit_chain")
        for statement in statements:
            raw.execute(statement)
        raw.commit()
        raw.close()
        return look(path, lambda tx: audit.verify(tx, posted))

    return does


def faults(verdict: Verdict) -> list[tuple[Fault, int]]:
    return [(each.fault, each.id) for each in verdict.breaks]


# ---- it holds --------------------------------------------------------------------------------------------------------


async def test_each_line_seals_the_one_before(store: Store) -> None:
    """Places follow each other, hashes link, the head says where it ends, and an examination finds nothing."""
    await store.write(lambda tx: write(tx, 3))
    lines = await store.read(lambda tx: audit.since(tx, 0, 9))
    assert [each.id for each in lines] == [1, 2, 3]
    assert [each.previous_hash for each in lines] == [NOTHING, lines[0].hash, lines[1].hash]
    verdict = await store.read(audit.verify)
    assert verdict == Verdict(head=Head(id=3, hash=lines[2].hash, count=3), breaks=())
    assert await store.read(audit.head) == verdict.head


async def test_what_was_undone_leaves_no_gap(store: Store) -> None:
    """A transaction that fails takes its line and the head's step back with it."""

    def fails(tx: Tx) -> None:
        write(tx)
        raise ValueError("undone")

    await store.write(write)
    with pytest.raises(ValueError, match="undone"):
        await store.write(fails)
    await store.write(write)
    verdict = await store.read(audit.verify)
    assert verdict.whole
    assert verdict.head.count == 2


async def test_half_a_surrogate_pair_breaks_no_chain(store: Store) -> None:
    """What is hashed is what can be read back."""
    await store.write(
        lambda tx: audit.append(
            tx, at=1, actor="\ud83d", action="a", subject="s", reason="x\udc00", body={"k": "\ud83d"}
        )
    )
    assert (await store.read(audit.verify)).whole


def test_an_empty_audit_is_whole(tx: Tx) -> None:
    """Nothing was written, nothing is missing."""
    assert audit.verify(tx) == Verdict(head=Head(), breaks=())


def test_more_lines_than_are_read_at_once(tx: Tx) -> None:
    """The walk goes on where the last step ended."""
    write(tx, audit.BATCH + 1)
    assert audit.verify(tx).head.count == audit.BATCH + 1
    assert audit.verify(tx).whole


# ---- what the schema refuses -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "insert into audit (at, actor, action, subject, reason, body) values (0, '', '', '', '', '{}')",
        f"insert into audit values (2, 0, '', '', '', '', '{{}}', '{NOTHING}', '{'a' * 64}')",
        "delete from audit_head",
    ],
)
def test_no_line_beside_the_chain(tx: Tx, statement: str) -> None:
    """Whoever does not go through `append` is refused, and the head cannot be dropped."""
    write(tx)
    with pytest.raises(InvariantBroken, match="append-only"):
        tx.run(statement)


# ---- what somebody who may write the file can do ---------------------------------------------------------------------


@pytest.mark.parametrize("column", ["at", "actor", "action", "subject", "reason", "body", "hash", "previous_hash"])
def test_an_edit_is_found(tampered: Callable[..., Verdict], column: str) -> None:
    """Any column of any line: the verdict names the line."""
    value = {"at": "7", "body": '\'{"b":"2"}\''}.get(column, "'" + "b" * 64 + "'")
    found = faults(tampered(f"update audit set {column} = {value} where id = 4"))
    assert found[0] == (Fault.EDITED, 4)


@pytest.mark.parametrize("body", ["not json", "[]", "3", '{"b": "1"}', '{"b":"9","b":"1"}', "[" * 9000])
def test_a_body_that_we_would_not_have_written(tampered: Callable[..., Verdict], body: str) -> None:
    """Neither nonsense nor other spellings of the same content pass; nothing crashes."""
    assert faults(tampered(f"update audit set body = '{body}' where id = 4")) == [(Fault.EDITED, 4)]


def test_bytes_that_are_no_text(tampered: Callable[..., Verdict]) -> None:
    """SQLite keeps them; the examination goes on."""
    assert faults(tampered("update audit set reason = cast(x'ff' as text) where id = 4")) == [(Fault.EDITED, 4)]


@pytest.mark.parametrize(
    ("condition", "found"),
    [("id = 1", (Fault.MISSING, 1)), ("id = 4", (Fault.MISSING, 4)), ("id in (4, 5)", (Fault.MISSING, 4))],
)
def test_a_deletion_is_found(tampered: Callable[..., Verdict], condition: str, found: tuple[Fault, int]) -> None:
    """At the beginning and in the middle; the verdict names the first line that is missing."""
    verdict = tampered(f"delete from audit where {condition}")
    assert faults(verdict)[0] == found
    assert "missing before line" in verdict.breaks[0].sentence


def test_a_deletion_with_the_rest_moved_up_is_found(tampered: Callable[..., Verdict]) -> None:
    """New numbers do not help: the number is in the hash."""
    found = faults(tampered("delete from audit where id = 4", "update audit set id = id - 1 where id > 4"))
    assert found[0] == (Fault.EDITED, 4)


def test_an_insertion_is_found(tampered: Callable[..., Verdict]) -> None:
    """Between two lines, with the rest moved down and a copied hash."""
    found = faults(tampered(
        "update audit set id = -id where id > 4", "update audit set id = 1 - id where id < 0",
        "insert into audit select 5, at, 'T1/U9', action, subject, reason, body, previous_hash, hash from audit where id = 4",
    ))  # fmt: skip
    assert found[0] == (Fault.EDITED, 5)


def test_an_exchange_is_found(tampered: Callable[..., Verdict]) -> None:
    """Two lines in each other's place."""
    found = faults(tampered(
        "update audit set id = 100 where id = 4", "update audit set id = 4 where id = 5",
        "update audit set id = 5 where id = 100",
    ))  # fmt: skip
    assert found[:2] == [(Fault.EDITED, 4), (Fault.EDITED, 5)]


def test_a_cut_end_is_found_while_the_head_stands(tampered: Callable[..., Verdict]) -> None:
    """Whoever forgets the head's row is found without anything from outside."""
    verdict = tampered("delete from audit where id > 6")
    assert faults(verdict) == [(Fault.CUT, 7)]
    assert "lines 7 to 9 are missing at the end" in verdict.breaks[0].sentence


def test_a_head_that_was_dropped_is_found(tampered: Callable[..., Verdict]) -> None:
    """An audit with lines has a head."""
    assert faults(tampered("delete from audit_head")) == [(Fault.UNLINKED, 9)]


def sealed_lines(number: int, *, actor: str = "T1/U1") -> list[Entry]:
    """A chain as whoever knows how would forge it."""
    head, lines = Head(), []
    for n in range(1, number + 1):
        line = sealed(Entry(id=n, at=n, actor=actor if n == 3 else "T1/U1", action="a", subject="s"), head)
        head = after(head, line)
        lines.append(line)
    return lines


def judged(lines: list[Entry], *posted: Posted) -> Verdict:
    """With a recorded head that was adapted as well."""
    head = Head()
    for line in lines:
        head = after(head, line)
    return examine((Line(entry=line) for line in lines), head, posted)


def test_a_line_that_was_sealed_anew_is_found_at_the_next(tampered: Callable[..., Verdict]) -> None:
    """A forged hash is its own, but what follows names the old one."""
    true, forged = sealed_lines(5), sealed_lines(5, actor="T1/U9")
    assert faults(judged([*true[:2], forged[2], *true[3:]])) == [(Fault.UNLINKED, 4)]


def test_only_posted_heads_tell_of_a_cut_and_of_a_rewrite() -> None:
    """A perfect forgery is whole in itself; a head that was kept outside gives it away, with the line."""
    true, forged = sealed_lines(5), sealed_lines(5, actor="T1/U9")
    kept = Posted(id=5, hash=true[4].hash)
    early = Posted(id=2, hash=true[1].hash)
    assert judged(true, kept, early).whole
    assert judged(true[:4]).whole
    assert faults(judged(true[:4], kept)) == [(Fault.CUT, 5)]
    assert judged(forged).whole
    assert faults(judged(forged, kept, early)) == [(Fault.REWRITTEN, 5)]
    assert faults(judged(true[:4], Posted(hash=kept.hash))) == [(Fault.REWRITTEN, 0)]
    assert judged(true, Posted(hash=kept.hash)).whole


# ---- databases from before -------------------------------------------------------------------------------------------


def old(path: Path, number: int) -> None:
    """A database as it was before the chain, with lines in it."""
    before = Migrations(MIGRATIONS.name)
    before._migrations.extend(each for each in MIGRATIONS._migrations if each.name == "0.1.0 first tables")
    path.touch()
    with connect(path) as database:
        migrate(database, path, before)
        insert = "insert into audit (at, actor, action, subject, reason, body) values (?, 'T1/U1', 'a', 's', 'é', '{\"z\":\"1\",\"a\":\"2\"}')"
        for n in range(number):
            database.execute(insert, [n])


@pytest.mark.parametrize("number", [0, 1, 1001])
async def test_lines_from_before_are_chained_in_their_order(tmp_path: Path, number: int) -> None:
    """Nothing in them changes; the chain holds, goes on with the next line, and is guarded as a new one is."""
    path = tmp_path / "q.db"
    old(path, number)
    store = InlineStore.open(path)
    verdict = await store.read(audit.verify)
    assert verdict.whole
    assert verdict.head.count == number
    assert [each.at for each in await store.read(lambda tx: audit.since(tx, 0, 9999))] == list(range(number))
    await store.write(write)
    assert (await store.read(audit.verify)).head.id == number + 1
    with pytest.raises(InvariantBroken, match="append-only"):
        await store.write(lambda tx: tx.run("update audit set actor = 'nobody'"))
    await store.close()


def test_chaining_that_fails_leaves_everything_as_it_was(tmp_path: Path) -> None:
    """A line that cannot be read stops the migration before anything is kept; the triggers still stand."""
    path = tmp_path / "q.db"
    old(path, 3)
    with connect(path) as database:
        database.execute("insert into audit (at, actor, action, subject, reason, body) values (9, '', '', '', '', 'x')")
        with pytest.raises(ValueError, match="Expecting value"):
            migrate(database, path)
        assert "hash" not in database.table("audit").columns_dict
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute("update audit set actor = ''")


def test_an_older_file_is_not_read_from_outside(tmp_path: Path) -> None:
    """It says what to do; it does not migrate on the way."""
    path = tmp_path / "q.db"
    old(path, 3)
    with pytest.raises(Unusable, match=r"older version.*Start Quarterdeck once"):
        look(path, audit.verify)
    with connect(path) as database:
        assert "hash" not in Database(database.conn).table("audit").columns_dict


def test_what_is_not_there_or_not_ours(tmp_path: Path) -> None:
    """Named, with a fix; nothing is created."""
    with pytest.raises(Unusable, match="is not there") as caught:
        look(tmp_path / "none.db", audit.verify)
    assert caught.value.trouble is Trouble.MISSING
    sqlite3.connect(tmp_path / "other.db").execute("create table bookmarks (url text)")
    with pytest.raises(Unusable, match="not a database of Quarterdeck's"):
        look(tmp_path / "other.db", audit.verify)
    assert not (tmp_path / "none.db").exists()


# ---- the head goes out -----------------------------------------------------------------------------------------------


async def test_the_head_is_owed_once_a_day(store: Store) -> None:
    """Whatever restarts, and however short rows are kept; the next day it is owed again, as it is then."""
    noon = 100 * DAY + 12 * HOUR
    await store.write(write)
    first = await store.write(lambda tx: audit.owe_head(tx, now=noon, channel="ops"))
    assert first is not None
    assert first.id == 1
    await store.write(write)
    short = retention.Ages(deliveries=HOUR)
    await store.write(lambda tx: retention.sweep(tx, noon + 10 * HOUR, short))
    assert await store.write(lambda tx: audit.owe_head(tx, now=noon + 10 * HOUR, channel="ops")) is None
    second = await store.write(lambda tx: audit.owe_head(tx, now=noon + DAY, channel="ops"))
    assert second is not None
    assert second.id == 2
    owed = await store.read(lambda tx: outbox.of_subject(tx, "audit"))
    assert [each.body["id"] for each in owed] == ["1", "2"]
    assert {(each.kind, each.channel) for each in owed} == {("audit_head", "ops")}
