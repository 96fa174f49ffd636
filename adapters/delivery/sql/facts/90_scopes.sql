-- What happened in the period, once for all together, whose scope is '', and once for each :dimension.
create temporary table scopes as
select '' as scope, true as total
union all
select '(unknown)', false from parameters where grouped;
analyze scopes;

create temporary table scoped_deployments as
select case when total then scope else coalesce(:dimension, scope) end as scope, outcomes.*,
       timezone(period.zone, time) as local_time
from outcomes cross join scopes cross join period
where timezone(period.zone, time) >= period.since and timezone(period.zone, time) < period.until;
analyze scoped_deployments;

create temporary table scoped_delivered as
select scope, source, change, min(created) as created, min(reviewed) as reviewed, min(merged) as merged,
       min(deployed) as deployed, min(built) as built, min(timezone(period.zone, deployed)) as local_time
from (select case when total then scope else coalesce(:dimension, scope) end as scope, delivered.*
      from delivered cross join scopes) as each_once
cross join period
group by scope, source, change, period.zone, period.since, period.until
having min(timezone(period.zone, deployed)) >= period.since and min(timezone(period.zone, deployed)) < period.until;
analyze scoped_delivered;

create temporary table scoped_runs as
select case when total then scope else coalesce(:dimension, scope) end as scope, runs.*
from runs cross join scopes cross join period
where timezone(period.zone, coalesce(finished, started, queued)) >= period.since
  and timezone(period.zone, coalesce(finished, started, queued)) < period.until;
analyze scoped_runs;

create temporary table scoped_tests as
select case when total then scope else coalesce(:dimension, scope) end as scope, tests.*
from tests cross join scopes cross join period
where timezone(period.zone, time) >= period.since and timezone(period.zone, time) < period.until;
analyze scoped_tests;

create temporary table scoped_reviews as
select case when total then scope else coalesce(:dimension, scope) end as scope, reviews.*
from (select changes.*, chains.service, cast(null as text) as environment
      from (select source, change, chain_id, repository, team, created, reviewed, merged from changes) as changes
      left join (select chain_id as of_chain, service from chains) as chains on of_chain = chain_id) as reviews
cross join scopes cross join period
where timezone(period.zone, merged) >= period.since and timezone(period.zone, merged) < period.until;
analyze scoped_reviews;
