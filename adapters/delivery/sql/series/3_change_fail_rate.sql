-- Change fail rate of the deployments of each week; none where it is not known.
select 'change fail rate of a week' as series, 'all' as name, 'share' as unit, date_trunc('week', local_time) as period,
       avg(cast(case when failed then 1 else 0 end as double precision)) as value
from scoped_deployments
where scope = '' and kind = 'deployment'
  and (exists (select 1 from told where subject = 'incident') or exists (select 1 from deployments where kind = 'rollback'))
group by date_trunc('week', local_time)
order by period;
