-- What was found, the nearest first, and of what is as near the latest.
select cast(events.data as text) as data
from events
join found on found.source = events.source and found.id = events.id
where events.data is not null
order by found.round, found.time desc
limit :most;
