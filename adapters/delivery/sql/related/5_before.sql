-- The rollout before each rollout, and the merge of its commit, by which a story tells what a rollout brought. They are
-- no part of it for that.
insert into found
select distinct events.source, events.id, subject, predicate, time, chain_id, artifact, service, environment, -1
from events
join (select former_source as source, former_id as id
      from steps join found on found.source = steps.source and found.id = steps.id
      union
      select of_source, base_id
      from steps join found on found.source = steps.source and found.id = steps.id) as before
  on before.source = events.source and before.id = events.id
where not exists (select 1 from found where found.source = events.source and found.id = events.id);
analyze found;
