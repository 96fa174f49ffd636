-- Each event once, however often it was told, of what is measured.
create temporary table told as
select source, id, subject, predicate, time, subject_id, subject_source, chain_id, pipeline, run, outcome,
       environment, service, coalesce(digest, artifact) as version, repository, branch, test, team
from (select *, row_number() over (partition by source, id order by time) as nth
      from events
      where subject in ('change', 'artifact', 'service', 'incident', 'pipelinerun', 'testcaserun')) as heard
where nth = 1;
analyze told;
