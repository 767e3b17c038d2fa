"""The sweep: what is finished and old enough goes, a bounded number of rows at a time; what is unfinished stays, however old."""
# ruff: noqa: S608  # statements are put together from our own text; every value is bound

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.terms import DAY, Millis
from bot.store import inbox
from bot.store.operations import OPEN_STATES
from bot.store.tx import Tx


@dataclass(frozen=True, kw_only=True)
class Ages:
    """How long finished rows are kept; operations, attempts, deployments and the audit stay."""

    inbox: Millis = 7 * DAY
    plans: Millis = 30 * DAY  # with their approvals and offers
    deliveries: Millis = 30 * DAY  # sent messages, outside writes that are done, and what probes read
    events: Millis = 365 * DAY
    facts: Millis = 30 * DAY  # people and groups that nobody asked about since
    leases: Millis = (
        365 * DAY
    )  # released ones, ended locks, lifted quarantines; the highest epoch of a target is always kept


BUSY = f"state in ({OPEN_STATES})"
ABOUT_BUSY = f"exists (select 1 from operations where 'operation:' || operations.id = subject and {BUSY})"

SWEEPS: Mapping[str, tuple[str, str]] = {
    "inbox": ("inbox", """
  delete from inbox where key in (
    select key from inbox where state in ('done', 'void') and received_at <= :before order by received_at limit :limit
  )"""),
    "plans": ("plans", f"""
  delete from plans where id in (
    select id from plans where state <> 'open' and created_at <= :before
      and not exists (select 1 from operations where operations.plan_id = plans.id and {BUSY})
    order by created_at limit :limit
  )"""),
    "approvals": ("plans", """
  delete from approvals where plan_id in (
    select plan_id from approvals where at <= :before
      and not exists (select 1 from plans where plans.id = approvals.plan_id)
    order by at limit :limit
  )"""),
    "offers": ("plans", f"""
  delete from offers where id in (
    select id from offers where created_at <= :before and expires_at <= :before and not {ABOUT_BUSY}
    order by created_at limit :limit
  )"""),
    "outbox": ("deliveries", f"""
  delete from outbox where key in (
    select key from outbox where wanted = done and due_at <= :before and not {ABOUT_BUSY}
      and not exists (select 1 from deliveries where deliveries.key = outbox.key and deliveries.sent_at > :before)
      and not exists (select 1 from outbox as reply where reply.thread_key = outbox.key and reply.wanted > reply.done)
    order by due_at limit :limit
  )"""),
    "deliveries": ("deliveries", """
  delete from deliveries where key in (
    select key from deliveries where sent_at <= :before
      and not exists (select 1 from outbox where outbox.key = deliveries.key)
    order by sent_at limit :limit
  )"""),
    "effects": ("deliveries", """
  delete from effects where key in (
    select key from effects where state <> 'waiting' and finished_at <= :before order by finished_at limit :limit
  )"""),
    "slots": ("deliveries", """
  delete from slots where at <= :before and at in (
    select at from slots where at <= :before order by at limit :limit
  )"""),
    "events": ("events", """
  delete from events where id in (
    select id from events where at <= :before order by at limit :limit
  )"""),
    "editions": ("events", """
  delete from editions where id in (
    select id from editions where told_at <= :before order by told_at limit :limit
  )"""),
    "readings": ("deliveries", f"""
  delete from readings where (operation, probe, at) in (
    select operation, probe, at from readings where at <= :before
      and not exists (select 1 from operations where operations.id = readings.operation and {BUSY})
    order by at limit :limit
  )"""),
    "quarantines": ("leases", """
  delete from quarantines where id in (
    select id from quarantines where lifted_at > 0 and lifted_at <= :before order by id limit :limit
  )"""),
    "people": ("facts", """
  delete from people where (team, "user") in (
    select team, "user" from people where read_at <= :before order by read_at limit :limit
  )"""),
    "user_groups": ("facts", """
  delete from user_groups where id in (
    select id from user_groups where read_at <= :before order by read_at limit :limit
  )"""),
    "locks": ("leases", """
  delete from locks where id in (
    select id from locks
    where (released_at > 0 and released_at <= :before) or (expires_at > 0 and expires_at <= :before)
    order by id limit :limit
  )"""),
    "leases": ("leases", """
  delete from leases where id in (
    select id from leases where released_at <= :before
      and epoch < (
        select max(epoch) from leases as newer
        where newer.service = leases.service and newer.environment = leases.environment
      )
    order by id limit :limit
  )"""),
}  # fmt: skip
"""By table: the age that counts for it, and what to delete."""


def sweep(tx: Tx, now: Millis, ages: Ages, limit: int = 500) -> dict[str, int]:
    """Delete at most `limit` rows of each table; returns how many went, by table. Sweep again while one of them reached the limit.

    Secrets of deliveries that Slack no longer honours are erased on the way, also in unfinished ones.
    """
    inbox.erase_secrets(tx, now, limit)
    return {table: tx.run(sql, before=now - getattr(ages, age), limit=limit) for table, (age, sql) in SWEEPS.items()}
