-- Change lead time of what was deployed in each week.
select 'change lead time, median of a week' as series, 'all' as name, 's' as unit, date_trunc('week', local_time) as period,
       percentile_cont(0.5) within group (order by cast(extract(epoch from (deployed - merged)) as double precision)) as value
from scoped_delivered
where scope = '' and deployed >= merged
group by date_trunc('week', local_time)
order by period;
