select cast(data as text) as data
from events
join (select source, id from chosen
      union
      select events.source, events.id from events
      where subject = 'change' and predicate in ('created', 'merged') and chain_id in (select chain_id from chosen)
      union
      select events.source, events.id from events
      where subject in ('pipelinerun', 'taskrun', 'build')
        and id in (select target from links join chosen on chosen.source = links.source and chosen.id = links.id)) as shown
  on shown.source = events.source and shown.id = events.id
where data is not null;
