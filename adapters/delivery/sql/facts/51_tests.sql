-- A test on one revision of a change: how often it ended well and badly. A revision lasts until the next patch set of the
-- chain; what is in no chain is of its own run's.
create temporary table tests as
select tested.*, chains.repository, chains.team, chains.service
from (select test, chain, chain_id, revision, max(environment) as environment, max(time) as time,
             count(case when outcome = 'success' then 1 end) as passed,
             count(case when outcome in ('failure', 'error') then 1 end) as failed
      from (select *, sum(case when subject = 'change' then 1 else 0 end)
                          over (partition by chain order by time, subject) as revision
            from (select *, coalesce(chain_id, source || ' ' || coalesce(run, id)) as chain from told
                  where (subject = 'change' and predicate in ('created', 'updated'))
                     or (subject = 'testcaserun' and predicate = 'finished')) as either) as in_time
      where subject = 'testcaserun' and test is not null
      group by test, chain, chain_id, revision) as tested
left join chains on chains.chain_id = tested.chain_id;
analyze tests;
