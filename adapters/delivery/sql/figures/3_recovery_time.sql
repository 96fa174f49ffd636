-- Failed deployment recovery time: from when a deployment was known to have failed until its incidents were resolved, or
-- it was rolled back.
select 'failed deployment recovery time' as metric, scope, 's' as unit, count(*) as events,
       cast(null as double precision) as value,
       percentile_cont(0.5) within group (order by seconds) as p50,
       percentile_cont(0.75) within group (order by seconds) as p75,
       percentile_cont(0.95) within group (order by seconds) as p95
from (select scope, cast(extract(epoch from (recovered_at - failed_at)) as double precision) as seconds
      from scoped_deployments
      where kind = 'deployment' and failed and recovered_at >= failed_at) as recoveries
group by scope;
