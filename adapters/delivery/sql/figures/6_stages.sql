-- Where the time of what was deployed went: from the first patch set to the first review, the merge, the artifact and the
-- deployment.
select 'lead time: ' || stage as metric, scope, 's' as unit, count(*) as events, cast(null as double precision) as value,
       percentile_cont(0.5) within group (order by seconds) as p50,
       percentile_cont(0.75) within group (order by seconds) as p75,
       percentile_cont(0.95) within group (order by seconds) as p95
from (select scope, stage, rank, cast(extract(epoch from (done - begun)) as double precision) as seconds
      from (select scope, 1 as rank, 'first patch set to review' as stage, created as begun, reviewed as done
            from scoped_delivered
            union all
            select scope, 2, 'review to merge', reviewed, merged from scoped_delivered
            union all
            select scope, 3, 'merge to artifact', merged, built from scoped_delivered
            union all
            select scope, 4, 'artifact to deployment', built, deployed from scoped_delivered
            union all
            select scope, 5, 'first patch set to deployment', created, deployed from scoped_delivered) as stages
      where done >= begun) as spans
group by rank, stage, scope
order by rank;
