-- What has to do with what was found last: by a chain, a link or an artifact; the rollout before an incident, and the
-- incidents after a rollout, of its service in its environment.
insert into found
select distinct events.source, events.id, subject, predicate, time, chain_id, artifact, service, environment, :round
from events
join (with last as (select * from found where round = :round - 1)
      select events.source, events.id from events where chain_id in (select chain_id from last)
      union
      select events.source, events.id from events where artifact in (select artifact from last)
      union
      select events.source, events.id from events
      where id in (select target from links join last on last.source = links.source and last.id = links.id
                   where kind <> 'COMMIT')
      union
      select links.source, links.id from links where target in (select id from last) and kind <> 'COMMIT'
      union
      select source, id
      from (select rollouts.source, rollouts.id,
                   row_number() over (partition by last.source, last.id order by rollouts.time desc, rollouts.id) as nth
            from last
            join events as rollouts on rollouts.service = last.service and rollouts.environment = last.environment
            where last.subject = 'incident' and rollouts.subject = 'service' and rollouts.time <= last.time
              and rollouts.predicate in ('deployed', 'upgraded', 'rolledback')) as before
      where nth = 1
      union
      select incidents.source, incidents.id
      from last
      join events as incidents on incidents.service = last.service and incidents.environment = last.environment
      where last.subject = 'service' and last.predicate in ('deployed', 'upgraded', 'rolledback')
        and incidents.subject = 'incident' and incidents.time >= last.time
        and not exists (select 1 from events as later
                        where later.subject = 'service' and later.predicate in ('deployed', 'upgraded', 'rolledback')
                          and later.service = last.service and later.environment = last.environment
                          and later.time > last.time and later.time <= incidents.time)) as tied
  on tied.source = events.source and tied.id = events.id
where not exists (select 1 from found where found.source = events.source and found.id = events.id);
