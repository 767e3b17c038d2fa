"""The tables and columns that verification brought."""

TABLES = """
alter table operations add column automatic integer not null default 0 check (automatic in (0, 1));
alter table operations add column watch_since integer not null default 0;
alter table operations add column bake integer not null default 0;
alter table operations add column healthy_for integer not null default 0;
alter table operations add column rollback_at integer not null default 0;
alter table operations add column lock integer not null default 0;
alter table operations add column not_undone text not null default '';

create table readings (
  operation integer not null,
  probe text not null,
  at integer not null,
  signal text not null,
  seen text not null,
  value text not null,
  primary key (operation, probe, at)
) strict;
create index readings_age on readings (at);

create table quarantines (
  id integer primary key autoincrement,
  service text not null,
  environment text not null,
  revision text not null,
  operation integer not null,
  reason text not null,
  at integer not null,
  lifted_at integer not null,
  lifted_by text not null,
  because text not null
) strict;
create unique index quarantines_current on quarantines (service, environment, revision) where lifted_at = 0;
"""

DECISIVE = "alter table readings add column decisive integer not null default 0 check (decisive in (0, 1));"
