-- Deployment frequency: deployments on each calendar day, also on those without any. The value is deployments a day.
with recursive days(day) as (
    select since from period
    union all
    select day + interval '1 day' from days where day + interval '1 day' < (select until from period)
)
select 'deployment frequency' as metric, scope, '/day' as unit, cast(sum(deployments) as bigint) as events,
       cast(sum(deployments) as double precision) / count(*) as value,
       percentile_cont(0.5) within group (order by deployments) as p50,
       percentile_cont(0.75) within group (order by deployments) as p75,
       percentile_cont(0.95) within group (order by deployments) as p95
from (select scopes_seen.scope, days.day, cast(count(scoped_deployments.version) as double precision) as deployments
      from (select distinct scope from scoped_deployments where kind = 'deployment') as scopes_seen
      cross join days
      left join scoped_deployments
        on scoped_deployments.scope = scopes_seen.scope and scoped_deployments.kind = 'deployment'
       and date_trunc('day', scoped_deployments.local_time) = days.day
      group by scopes_seen.scope, days.day) as daily
group by scope;
