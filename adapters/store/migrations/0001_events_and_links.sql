create table cdevents.events (
    source         text not null,
    id             text not null,
    type           text not null,
    subject        text not null,
    predicate      text not null,
    version        text not null,
    spec           text,
    time           timestamptz not null,
    subject_id     text not null,
    subject_source text,
    chain_id       text,
    pipeline       text,
    task           text,
    run            text,
    outcome        text,
    environment    text,
    service        text,
    artifact       text,
    digest         text,
    repository     text,
    branch         text,
    change         text,
    test           text,
    suite          text,
    team           text,
    uri            text,
    data           jsonb,
    stored_at      timestamptz not null default now(),
    primary key (source, id)
);

create index events_by_time on cdevents.events using brin (time);
create index events_by_type on cdevents.events (subject, predicate, time);
create index events_by_chain on cdevents.events (chain_id) where chain_id is not null;
create index events_by_subject on cdevents.events using hash (subject_id);
create index events_by_digest on cdevents.events (digest) where digest is not null;

create table cdevents.links (
    source text not null,
    id     text not null,
    kind   text not null,
    rel    text not null,
    target text not null,
    primary key (id, source, kind, rel, target)
);

create index links_by_target on cdevents.links (target);
