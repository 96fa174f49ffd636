-- Each event once, however often it was told, of what is measured. Few are told again, so that only these are compared.
create temporary table told_again as
select source, id, count(*) - 1 as times
from events
group by source, id
having count(*) > 1;
analyze told_again;

create temporary table told as
select source, id, subject, predicate, time, subject_id, subject_source, chain_id, pipeline, run, outcome,
       environment, service, coalesce(digest, artifact) as version, repository, branch, test, team
from events
where subject in ('change', 'artifact', 'service', 'incident', 'pipelinerun', 'testcaserun')
  and not exists (select 1 from told_again where told_again.source = events.source and told_again.id = events.id)
union all
select source, id, subject, predicate, time, subject_id, subject_source, chain_id, pipeline, run, outcome,
       environment, service, coalesce(digest, artifact), repository, branch, test, team
from (select events.*, row_number() over (partition by events.source, events.id order by time, type) as nth
      from events
      join told_again on told_again.source = events.source and told_again.id = events.id
      where subject in ('change', 'artifact', 'service', 'incident', 'pipelinerun', 'testcaserun')) as repeated
where nth = 1;
analyze told;
