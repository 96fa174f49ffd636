select 'all' as metric, '' as scope, 'events told again' as reason, count(*) - count(distinct (source, id)) as events
from events
having count(*) > count(distinct (source, id));
