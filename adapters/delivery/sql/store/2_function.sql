-- Whole days, from that of `since` to that of the moment before `until`. Without environments, or with just '', production
-- is what looks like it.
create or replace function cdevents.:name(
    since timestamptz, until timestamptz,
    zone text default 'UTC', by text default '', environments text[] default '{}'
) returns table (:columns) language plpgsql
set search_path = cdevents, pg_temp set jit = off set enable_nestloop = off set work_mem = '128MB' as $function$
#variable_conflict use_column
begin
:parameters
insert into parameters
select date_trunc('day', timezone($3, $1)),
       date_trunc('day', timezone($3, $2) + interval '1 day' - interval '1 microsecond'),
       $3, $4 <> '';
insert into production
select distinct environment from events
where subject = 'service' and environment is not null
  and case when array_remove($5, '') = '{}' then cdevents.looks_productive(environment)
           else environment = any ($5) end;
:facts
:results
drop table :tables;
end
$function$;
