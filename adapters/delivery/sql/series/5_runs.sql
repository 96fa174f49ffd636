-- Success rate of the runs that ended in each week.
select 'success rate of a week' as series, 'all' as name, 'share' as unit, date_trunc('week', timezone(period.zone, finished)) as period,
       avg(cast(case when outcome = 'success' then 1 else 0 end as double precision)) as value
from scoped_runs cross join period
where scope = '' and outcome in ('success', 'failure', 'error')
group by date_trunc('week', timezone(period.zone, finished))
order by period;
