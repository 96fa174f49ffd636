-- An event by its id.
select cast(data as text) as data
from events
where data is not null and id in (select name from names)
limit :most;
