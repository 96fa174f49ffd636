select 'queue time' as metric, scope, 'not told when it was queued, or started' as reason, count(*) as events
from scoped_runs where queued is null or started is null group by scope
union all
select 'run time', scope, 'not told when it started, or ended', count(*)
from scoped_runs where started is null or finished is null group by scope
union all
select 'success rate', scope, 'cancelled', count(*)
from scoped_runs where finished is not null and outcome = 'cancel' group by scope
union all
select 'success rate', scope, 'not ended, or without an outcome', count(*)
from scoped_runs where finished is null or coalesce(outcome, '') not in ('success', 'failure', 'error', 'cancel')
group by scope;
