-- What has to do with what was found last: by a chain, a link or an artifact; the rollout that an incident is under, and
-- the other way round; the merges that a rollout brings by its commits, and the other way round.
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
      select rollout_source, rollout_id from under join last on last.source = under.source and last.id = under.id
      union
      select under.source, under.id
      from under join last on last.source = rollout_source and last.id = rollout_id
      union
      select merges.source, merges.id
      from last
      join steps on steps.source = last.source and steps.id = last.id
      join merges on merges.source = of_source and merges.repository = steps.repository
                 and merges.branch = steps.branch and merges.time >= base_time and merges.time <= head_time
                 and merges.id <> base_id
      union
      select steps.source, steps.id
      from last
      join merges on merges.source = last.source and merges.id = last.id
      join steps on of_source = merges.source and steps.repository = merges.repository
                and steps.branch = merges.branch and merges.time >= base_time and merges.time <= head_time
                and merges.id <> base_id) as tied
  on tied.source = events.source and tied.id = events.id
where not exists (select 1 from found where found.source = events.source and found.id = events.id);
analyze found;
