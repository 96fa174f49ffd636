-- From which merge to which the commits of a rollout are: after that of the rollout before it there whose commit is known.
create temporary table merges as
select events.source, events.id, coalesce(repository, '') as repository, coalesce(branch, '') as branch, time,
       target as commit
from events
join links on links.source = events.source and links.id = events.id and kind = 'COMMIT'
where subject = 'change' and predicate = 'merged';
analyze merges;

create temporary table committed as
select distinct rollouts.source, rollouts.id, service, environment, number, target as commit
from rollouts join links on links.source = rollouts.source and links.id = rollouts.id and kind = 'COMMIT';
analyze committed;

create temporary table former as
select source, id, lag(source) over there as former_source, lag(id) over there as former_id
from (select distinct source, id, service, environment, number from committed) as each_once
window there as (partition by service, environment order by number);
analyze former;

create temporary table steps as
select former.source, former.id, former_source, former_id, head.source as of_source, head.repository, head.branch,
       base.id as base_id, base.time as base_time, head.time as head_time
from former
join committed as its on its.source = former.source and its.id = former.id
join merges as head on head.commit = its.commit
join committed as before on before.source = former_source and before.id = former_id
join merges as base on base.commit = before.commit and base.source = head.source
                   and base.repository = head.repository and base.branch = head.branch and base.time <= head.time;
analyze steps;
