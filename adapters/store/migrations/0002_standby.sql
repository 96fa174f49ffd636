create table cdevents.leaders (
    lock       text primary key,
    journal    text not null,
    renewed_at timestamptz not null default now()
);

create table cdevents.checkpoints (
    lock   text not null,
    source text not null,
    key    text not null,
    value  text not null,
    primary key (lock, source, key)
);
