alter table cdevents.leaders rename column journal to term;
alter table cdevents.leaders
    add column holder    text not null default '',
    add column since     timestamptz not null default now(),
    add column instances jsonb not null default '{}';
