-- What was told more than once, of all events.
select 'all' as metric, '' as scope, 'events told again' as reason, cast(sum(times) as bigint) as events
from told_again
having count(*) > 0;
