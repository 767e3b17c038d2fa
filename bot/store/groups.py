"""User groups as Slack last described them, with the age of that."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.terms import Millis
from bot.store.codec import Codec
from bot.store.tx import Tx


@dataclass(frozen=True, kw_only=True)
class Group:
    """A user group by the id or handle that was asked for; `members` are user ids."""

    id: str
    handle: str
    members: frozenset[str]
    read_at: Millis


CODEC = Codec(Group)

PUT = CODEC.insert(
    "user_groups",
    then="""
  on conflict (id) do update set
    handle = excluded.handle, members = excluded.members, read_at = excluded.read_at
""",
)
GET = "select * from user_groups where id = :group or (handle = :group and handle <> '') order by read_at desc, id limit 1"
ALL = "select * from user_groups order by id"
FORGET_ALL = "delete from user_groups"


def put(tx: Tx, group: str, members: Iterable[str], at: Millis, *, handle: str = "") -> None:
    """Remember who is in a group, as read at `at`."""
    tx.run(PUT, **CODEC.row(Group(id=group, handle=handle, members=frozenset(members), read_at=at)))


def get(tx: Tx, group: str) -> Group | None:
    """The group by id or handle, however long ago it was read."""
    return CODEC.one(tx, GET, group=group)


def members(tx: Tx, group: str) -> frozenset[str] | None:
    """Who is in it; None: never read."""
    found = get(tx, group)
    return None if found is None else found.members


def age(tx: Tx, group: str, now: Millis) -> Millis | None:
    """How long ago it was read; None: never."""
    found = get(tx, group)
    return None if found is None else now - found.read_at


def of_user(tx: Tx, user: str) -> frozenset[str]:
    """Ids and handles of the groups that contain somebody, as far as we know them."""
    inside = [group for group in CODEC.all(tx, ALL) if user in group.members]
    return frozenset(name for group in inside for name in (group.id, group.handle) if name)


def forget_all(tx: Tx) -> int:
    """Some group changed: read them again next time; returns how many were known."""
    return tx.run(FORGET_ALL)
