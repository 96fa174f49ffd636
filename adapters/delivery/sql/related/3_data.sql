select cast(data as text) as data
from events
where data is not null
  and exists (select 1 from found where found.source = events.source and found.id = events.id)
limit :most;
