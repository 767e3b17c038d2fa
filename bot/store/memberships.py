"""Memberships: since when somebody is in a user group, kept however often Slack is asked again."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.terms import Millis
from bot.store.tx import Tx

TABLE = """
create table memberships (
  id text not null,
  "user" text not null,
  since integer not null,
  primary key (id, "user")
) strict;
"""

OF_GROUP = 'select "user", since from memberships where id = :group order by "user"'
JOIN = 'insert into memberships (id, "user", since) values (:group, :user, :since)'
LEAVE = 'delete from memberships where id = :group and "user" = :user'
OF_USER = "select id from memberships where \"user\" = :user and since <= :before and id <> '' order by id"
NOBODY = ""  # a row that says: this group was read before, even where nobody was in it


@dataclass(frozen=True, kw_only=True)
class Movement:
    """Who joined a group and who left it since it was read before; nobody where it was never read."""

    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.joined or self.left)


def note(tx: Tx, group: str, members: Iterable[str], at: Millis) -> Movement:
    """Write down who is in it now: whoever was there at the first reading has always been, everybody else since `at`."""
    known = {row["user"]: row["since"] for row in tx.all(OF_GROUP, group=group)}
    now = {*members, NOBODY}
    joined, left = sorted(now - known.keys()), sorted(known.keys() - now)
    for user in joined:
        tx.run(JOIN, group=group, user=user, since=at if known else 0)
    for user in left:
        tx.run(LEAVE, group=group, user=user)
    return Movement(joined=tuple(joined), left=tuple(left)) if known else Movement()


def seasoned(tx: Tx, user: str, before: Millis) -> frozenset[str]:
    """The groups that this person has been in since `before` or longer."""
    return frozenset(row["id"] for row in tx.all(OF_USER, user=user, before=before))
