-- Deployments of each week, by environment.
select 'deployments a week' as series, environment as name, '' as unit, date_trunc('week', local_time) as period,
       cast(count(*) as double precision) as value
from scoped_deployments
where scope = '' and kind = 'deployment'
group by environment, date_trunc('week', local_time)
order by environment, period;
