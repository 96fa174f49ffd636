-- Failed deployment recovery time of the deployments of each week.
select 'failed deployment recovery time, median of a week' as series, 'all' as name, 's' as unit,
       date_trunc('week', local_time) as period,
       percentile_cont(0.5) within group (order by cast(extract(epoch from (recovered_at - failed_at)) as double precision)) as value
from scoped_deployments
where scope = '' and kind = 'deployment' and failed and recovered_at >= failed_at
group by date_trunc('week', local_time)
order by period;
