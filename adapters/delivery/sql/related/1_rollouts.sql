-- Rollouts in order within their places, and of each beginning of an incident the last of its service there before it.
create temporary table rollouts as
select source, id, service, environment, time,
       row_number() over (partition by service, environment order by time, source, id) as number
from events
where subject = 'service' and predicate in ('deployed', 'upgraded', 'rolledback')
  and service is not null and environment is not null;
analyze rollouts;

create temporary table under as
select latest.source, latest.id, rollouts.source as rollout_source, rollouts.id as rollout_id
from (select source, id, service, environment, kind,
             max(number) over (partition by service, environment order by time, kind
                               rows between unbounded preceding and current row) as number
      from (select source, id, service, environment, time, 0 as kind, cast(number as bigint) as number from rollouts
            union all
            select source, id, service, environment, time, 1, cast(null as bigint)
            from events
            where subject = 'incident' and predicate in ('detected', 'reported')
              and service is not null and environment is not null) as both_kinds) as latest
join rollouts on rollouts.service = latest.service and rollouts.environment = latest.environment
             and rollouts.number = latest.number
where latest.kind = 1;
analyze under;
