"""The tables as the first migration makes them; the invariants live here. Times are integer milliseconds UTC, structure is JSON text."""

WORK = """
create table operations (
  id integer primary key autoincrement,
  plan_id text not null,
  plan_hash text not null,
  action text not null,
  service text not null,
  environment text not null,
  revision text not null,
  who_team text not null,
  who_user text not null,
  who_enterprise text not null,
  state text not null,
  version integer not null check (version >= 0),
  epoch integer not null check (epoch >= 0),
  previous text not null,
  parent_id integer not null,
  child_id integer not null,
  because text not null,
  reason text not null,
  note text not null,
  effect text,
  attempt integer not null,
  run text not null,
  run_url text not null,
  progress text not null,
  serving text not null,
  serving_at integer not null,
  verified integer not null check (verified in (0, 1)),
  changes integer not null,
  change_line text not null,
  stop_asked_by text,
  channel text not null,
  asked_in text not null,
  created_at integer not null,
  started_at integer not null,
  changed_at integer not null,
  finished_at integer not null,
  deadline_at integer not null,
  due_at integer not null
) strict;
create unique index operations_plan on operations (plan_id) where plan_id <> '';
create index operations_state on operations (state, due_at);
create index operations_target on operations (service, environment, id);
create index operations_person on operations (who_team, who_user, id);
create index operations_parent on operations (parent_id) where parent_id <> 0;

create table attempts (
  operation integer not null references operations (id),
  step integer not null,
  n integer not null,
  state text not null,
  sent_at integer not null,
  epoch integer not null,
  run text not null,
  ended_at integer not null,
  result text not null,
  primary key (operation, step, n)
) strict;
create unique index attempts_live on attempts (operation, step) where state in ('open', 'bound');

create table leases (
  id integer primary key autoincrement,
  service text not null,
  environment text not null,
  operation integer not null references operations (id),
  epoch integer not null check (epoch > 0),
  taken_at integer not null,
  released_at integer,
  unique (service, environment, epoch)
) strict;
create unique index leases_held on leases (service, environment) where released_at is null;
create index leases_operation on leases (operation);

create table locks (
  id integer primary key autoincrement,
  kind text not null,
  owner text not null,
  reason text not null,
  at integer not null,
  service text not null,
  environment text not null,
  expires_at integer not null,
  released_at integer not null,
  released_by text not null
) strict;

create table deployments (
  id integer primary key autoincrement,
  service text not null,
  environment text not null,
  revision text not null,
  since integer not null,
  operation integer not null,
  verified integer not null check (verified in (0, 1)),
  until integer,
  "by" text not null
) strict;
create unique index deployments_current on deployments (service, environment) where until is null;
create index deployments_target on deployments (service, environment, id);
"""

PLANS = """
create table plans (
  id text primary key,
  hash text not null,
  action text not null,
  service text not null,
  environment text not null,
  who_team text not null,
  who_user text not null,
  who_enterprise text not null,
  asked_ref text not null,
  ref text not null,
  revision text not null,
  live text not null,
  live_said_by text not null,
  recorded text not null,
  policy_hash text not null,
  workflow text not null,
  steps text not null,
  because text not null,
  merged integer not null check (merged in (0, 1)),
  production integer not null check (production in (0, 1)),
  changes text,
  gates integer not null,
  typical_ms integer not null,
  takes_over integer not null,
  takes_over_state text not null,
  late_landing integer not null check (late_landing in (0, 1)),
  filled text not null,
  verified_before_at integer not null,
  channel text not null,
  thread text not null,
  direct integer not null check (direct in (0, 1)),
  created_at integer not null,
  expires_at integer not null,
  state text not null,
  operation integer not null
) strict;
create index plans_person on plans (who_team, who_user, created_at);
create index plans_state on plans (state, expires_at);

create table approvals (
  plan_id text not null,
  plan_hash text not null,
  who_team text not null,
  who_user text not null,
  who_enterprise text not null,
  decision text not null,
  at integer not null,
  because text not null,
  expires_at integer not null,
  primary key (plan_id, plan_hash, who_team, who_user)
) strict;

create table offers (
  id text primary key,
  verb text not null,
  subject text not null,
  audience text not null,
  body text not null,
  single_use integer not null check (single_use in (0, 1)),
  created_at integer not null,
  expires_at integer not null,
  used_at integer not null,
  used_by text not null
) strict;
create index offers_subject on offers (subject, created_at);
"""

ROADS = """
create table inbox (
  key text primary key,
  kind text not null,
  delivery text not null,
  state text not null,
  received_at integer not null,
  started_at integer not null default 0,
  finished_at integer not null default 0,
  tries integer not null default 0,
  secret integer not null default 0 check (secret in (0, 1)),
  result text not null default ''
) strict;
create index inbox_state on inbox (state, received_at);
create index inbox_age on inbox (received_at);
create index inbox_secret on inbox (received_at) where secret = 1;

create table outbox (
  key text primary key,
  kind text not null,
  subject text not null,
  channel text not null,
  thread_key text not null,
  thread text not null,
  body text not null,
  urgent integer not null check (urgent in (0, 1)),
  due_at integer not null,
  attempts integer not null,
  last_error text not null,
  wanted integer not null check (wanted >= 1),
  done integer not null check (done >= 0 and done <= wanted)
) strict;
create index outbox_waiting on outbox (urgent desc, due_at, key) where wanted > done;
create index outbox_channel on outbox (channel) where wanted > done;
create index outbox_subject on outbox (subject);

create table deliveries (
  key text primary key,
  channel text not null,
  ts text not null,
  material text not null,
  sent_at integer not null
) strict;
create unique index deliveries_place on deliveries (channel, ts);
create index deliveries_sent on deliveries (channel, sent_at);
create index deliveries_age on deliveries (sent_at);

create table effects (
  kind text not null,
  key text primary key,
  subject text not null,
  body text not null,
  state text not null,
  due_at integer not null,
  attempts integer not null,
  last_error text not null,
  created_at integer not null,
  finished_at integer not null
) strict;
create index effects_state on effects (state, due_at);

create table timers (
  kind text not null,
  subject text not null,
  due_at integer not null,
  body text not null,
  primary key (kind, subject)
) strict;
create index timers_due on timers (due_at);

create table slots (
  schedule text not null,
  at integer not null,
  primary key (schedule, at)
) strict;
create index slots_age on slots (at);
"""

FACTS = """
create table people (
  team text not null,
  "user" text not null,
  enterprise text not null,
  name text not null,
  standing text not null,
  groups text not null,
  email text not null,
  zone text not null,
  read_at integer not null,
  primary key (team, "user")
) strict;

create table user_groups (
  id text primary key,
  handle text not null,
  members text not null,
  read_at integer not null
) strict;
create index user_groups_handle on user_groups (handle) where handle <> '';

create table events (
  id integer primary key autoincrement,
  kind text not null,
  subject text not null,
  at integer not null,
  actor text not null,
  body text not null
) strict;
create index events_subject on events (subject, id);
create index events_age on events (at);
create trigger events_are_facts before update on events begin
  select raise(abort, 'events are append-only');
end;

create table audit (
  id integer primary key autoincrement,
  at integer not null,
  actor text not null,
  action text not null,
  subject text not null,
  reason text not null,
  body text not null
) strict;
create index audit_subject on audit (subject, id);
create trigger audit_is_never_changed before update on audit begin
  select raise(abort, 'the audit is append-only');
end;
create trigger audit_is_never_cut before delete on audit begin
  select raise(abort, 'the audit is append-only');
end;

create table settings (
  key text primary key,
  value text not null
) strict;
"""

FIRST = WORK + PLANS + ROADS + FACTS
