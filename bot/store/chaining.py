"""The migration that makes the audit a chain: every line that is there already is sealed, in order."""

from sqlite_utils import Database

from bot.domain.audit import Entry, Head, after, sealed
from bot.store.codec import Codec

BEFORE = """
drop trigger audit_is_never_changed;
alter table audit add column previous_hash text not null default '';
alter table audit add column hash text not null default '';
"""

AFTERWARDS = """
create table audit_head (
  one integer primary key check (one = 1),
  id integer not null,
  hash text not null,
  count integer not null
) strict;
create unique index audit_chain on audit (previous_hash);
create trigger audit_is_never_changed before update on audit begin
  select raise(abort, 'the audit is append-only');
end;
create trigger audit_is_a_chain before insert on audit
when new.previous_hash is not (select hash from audit_head) or new.hash not glob '[0-9a-f]*' or length(new.hash) <> 64 begin
  select raise(abort, 'the audit is append-only: a line follows the last one, and is sealed');
end;
create trigger audit_has_a_head before delete on audit_head begin
  select raise(abort, 'the audit is append-only: its head stays');
end;
"""

SEAL = "update audit set previous_hash = :previous_hash, hash = :hash where id = :id"
HEAD = "insert into audit_head (one, id, hash, count) values (1, :id, :hash, :count)"
BATCH = 1000


def chain_audit(database: Database) -> None:
    """Add the two columns and the head, and seal every existing line."""
    database.executescript(BEFORE)
    head = Head()
    while found := _lines(database, head.id):
        for entry in found:
            line = sealed(entry, head)
            database.execute(SEAL, {"previous_hash": line.previous_hash, "hash": line.hash, "id": line.id})
            head = after(head, line)
    database.executescript(AFTERWARDS)
    database.execute(HEAD, {"id": head.id, "hash": head.hash, "count": head.count})


def _lines(database: Database, last: int) -> tuple[Entry, ...]:
    cursor = database.execute("select * from audit where id > ? order by id limit ?", [last, BATCH])
    names = [column[0] for column in cursor.description]
    return Codec(Entry).things([dict(zip(names, values, strict=True)) for values in cursor.fetchall()])
