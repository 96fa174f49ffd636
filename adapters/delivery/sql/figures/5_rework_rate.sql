-- Deployment rework rate: the share of deployments that mended an incident. Where nobody ever told of one, it is not known.
select 'deployment rework rate' as metric, scope, 'share' as unit, count(*) as events,
       case when exists (select 1 from told where subject = 'incident')
            then avg(cast(case when rework then 1 else 0 end as double precision)) end as value,
       cast(null as double precision) as p50, cast(null as double precision) as p75, cast(null as double precision) as p95
from scoped_deployments
where kind = 'deployment'
group by scope;
