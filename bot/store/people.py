"""People as Slack last described them, with the age of that."""

from bot.domain.people import Person
from bot.domain.terms import Identity
from bot.store.codec import Codec
from bot.store.tx import Tx

CODEC = Codec(Person, flat={"identity": ""})

PUT = CODEC.insert(
    "people",
    then="""
  on conflict (team, "user") do update set
    enterprise = excluded.enterprise, name = excluded.name, standing = excluded.standing, groups = excluded.groups,
    email = excluded.email, zone = excluded.zone, read_at = excluded.read_at
""",
)
GET = 'select * from people where team = :team and "user" = :user'
NAMES = "select \"user\", name from people where team = :team and name <> ''"
FORGET = 'delete from people where "user" = :user'


def put(tx: Tx, person: Person) -> None:
    """Remember somebody as read at `read_at`."""
    tx.run(PUT, **CODEC.row(person))


def get(tx: Tx, identity: Identity) -> Person | None:
    """Who that is by team and user id, however long ago it was read."""
    return CODEC.one(tx, GET, team=identity.team, user=identity.user)


def names(tx: Tx, team: str) -> dict[str, str]:
    """Display names by user id, as far as we know them."""
    return {row["user"]: row["name"] for row in tx.all(NAMES, team=team)}


def forget(tx: Tx, user: str) -> bool:
    """Something changed: read them again next time. False where we did not know them."""
    return tx.run(FORGET, user=user) > 0
