-- Review time: from the first patch set of a change to its merge.
select 'review time' as metric, scope, 's' as unit, count(*) as events, cast(null as double precision) as value,
       percentile_cont(0.5) within group (order by seconds) as p50,
       percentile_cont(0.75) within group (order by seconds) as p75,
       percentile_cont(0.95) within group (order by seconds) as p95
from (select scope, cast(extract(epoch from (merged - created)) as double precision) as seconds
      from scoped_reviews where merged >= created) as reviews
group by scope;
