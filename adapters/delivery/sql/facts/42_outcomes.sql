-- Of each deployment whether it failed, when that was known, and when it was mended; and whether it is itself the mending
-- of an incident: the last one before that was resolved.
create temporary table mending as
select distinct latest.service, latest.environment, deployments.version
from (select service, environment, detected, failed_number,
             max(number) over (partition by service, environment order by time, last
                               rows between unbounded preceding and current row) as number
      from (select service, environment, time, 0 as last, cast(number as bigint) as number,
                   cast(null as timestamp with time zone) as detected, cast(null as bigint) as failed_number
            from deployments where kind = 'deployment'
            union all
            select service, environment, resolved, 1, null, detected, cast(failed_number as bigint)
            from blamed where resolved is not null) as in_time) as latest
join deployments on deployments.service = latest.service and deployments.environment = latest.environment
                and deployments.number = latest.number and deployments.kind = 'deployment'
where deployments.time > latest.detected and deployments.number <> latest.failed_number;
analyze mending;

create temporary table outcomes as
select deployments.service, deployments.environment, deployments.version, deployments.time, deployments.kind,
       coalesce(deployments.team, heads_team.team) as team, heads.repository,
       heads.change is not null as known,
       failed.incidents is not null or coalesce(deployments.next_kind, '') = 'rollback' as failed,
       coalesce(failed.detected, deployments.time) as failed_at,
       case when failed.incidents is null then deployments.next_time
            when failed.resolved_incidents = failed.incidents then failed.resolved end as recovered_at,
       mending.version is not null as rework
from deployments
left join heads on heads.service = deployments.service and heads.environment = deployments.environment
               and heads.version = deployments.version
left join changes as heads_team on heads_team.source = heads.source and heads_team.change = heads.change
left join mending on mending.service = deployments.service and mending.environment = deployments.environment
                 and mending.version = deployments.version
left join (select service, environment, failed_version, count(*) as incidents, count(resolved) as resolved_incidents,
                  min(detected) as detected, max(resolved) as resolved
           from blamed
           group by service, environment, failed_version) as failed
       on failed.service = deployments.service and failed.environment = deployments.environment
      and failed.failed_version = deployments.version and deployments.kind = 'deployment';
analyze outcomes;
