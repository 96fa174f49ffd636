-- The days that are measured, from the first to before the last, as times of the zone's clock.
create temporary table period as
select zone,
       coalesce(since, date_trunc('day', timezone(zone, earliest))) as since,
       coalesce(until, date_trunc('day', timezone(zone, latest)) + interval '1 day') as until
from parameters cross join (select min(time) as earliest, max(time) as latest from events) as seen;
analyze period;
