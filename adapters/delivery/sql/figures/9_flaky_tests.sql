-- Flaky tests: the share of tests that both passed and failed on one revision, of all that ran.
select 'flaky tests' as metric, scope, 'share' as unit, cast(sum(ran) as bigint) as events,
       avg(flaky) as value,
       cast(null as double precision) as p50, cast(null as double precision) as p75, cast(null as double precision) as p95
from (select scope, test, sum(passed + failed) as ran,
             max(cast(case when passed > 0 and failed > 0 then 1 else 0 end as double precision)) as flaky
      from scoped_tests
      group by scope, test) as by_test
where ran > 0
group by scope;
