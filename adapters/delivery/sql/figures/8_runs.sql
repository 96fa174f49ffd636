-- Runs of pipelines: how long they waited, how long they took, and the share of those that succeeded, of all that ended
-- and were not cancelled. Which of these comes first is the same each time.
select 'queue time' as metric, scope, 's' as unit, count(*) as events, cast(null as double precision) as value,
       percentile_cont(0.5) within group (order by seconds) as p50,
       percentile_cont(0.75) within group (order by seconds) as p75,
       percentile_cont(0.95) within group (order by seconds) as p95
from (select scope, cast(extract(epoch from (started - queued)) as double precision) as seconds
      from scoped_runs where started >= queued) as waited
group by scope
union all
select 'run time', scope, 's', count(*), cast(null as double precision),
       percentile_cont(0.5) within group (order by seconds),
       percentile_cont(0.75) within group (order by seconds),
       percentile_cont(0.95) within group (order by seconds)
from (select scope, cast(extract(epoch from (finished - started)) as double precision) as seconds
      from scoped_runs where finished >= started) as took
group by scope
union all
select 'success rate', scope, 'share', count(*), avg(cast(case when outcome = 'success' then 1 else 0 end as double precision)),
       cast(null as double precision), cast(null as double precision), cast(null as double precision)
from scoped_runs
where finished is not null and outcome in ('success', 'failure', 'error')
group by scope
order by metric, scope;
