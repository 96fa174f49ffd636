-- A run of a pipeline from its queue to its end.
create temporary table runs as
select runs.*, chains.repository, chains.team, chains.service, cast(null as text) as environment
from (select source, subject_id as run, max(pipeline) as pipeline, min(chain_id) as chain_id,
             min(time) filter (where predicate = 'queued') as queued,
             min(time) filter (where predicate = 'started') as started,
             min(time) filter (where predicate = 'finished') as finished,
             max(outcome) as outcome
      from told
      where subject = 'pipelinerun'
      group by source, subject_id) as runs
left join chains on chains.chain_id = runs.chain_id;
analyze runs;
