-- Change fail rate: the share of deployments that were rolled back, or that an incident is of. Where nobody ever told of
-- either, it is not known.
select 'change fail rate' as metric, scope, 'share' as unit, count(*) as events,
       case when exists (select 1 from told where subject = 'incident')
              or exists (select 1 from deployments where kind = 'rollback')
            then avg(cast(case when failed then 1 else 0 end as double precision)) end as value,
       cast(null as double precision) as p50, cast(null as double precision) as p75, cast(null as double precision) as p95
from scoped_deployments
where kind = 'deployment'
group by scope;
