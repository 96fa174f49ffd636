-- What somebody looks for, by any column that may have its name. `round` says how many steps from there an event is.
-- Of what has it often, as a service may, it is the latest.
create temporary table found as
select events.source, events.id, subject, predicate, time, chain_id, artifact, service, environment, 0 as round
from events
join (select source, id from events where id in (select name from names)
      union
      select source, id from events where subject_id in (select name from names)
      union
      select source, id from events where chain_id in (select name from names)
      union
      select source, id from events where service in (select name from names)
      union
      select source, id from events where digest in (select name from names)
      union
      select source, id from events where artifact in (select name from names)
      union
      select source, id from links where target in (select name from names)
      union
      select source, id from events join numbers on subject = 'change' and subject_id like '%' || number) as named
  on named.source = events.source and named.id = events.id
order by time desc
limit :begun;
analyze found;
