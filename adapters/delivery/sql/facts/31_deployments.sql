-- A deployment brings an artifact that nobody had brought there. To go back to what ran before is a rollback, and to try
-- again what was rolled back a retry; neither counts as a deployment.
create temporary table turns as
select *, lag(version) over there as former, lag(first_time) over there as former_first
from (select service, environment, version, turn, min(time) as time, max(team) as team,
             max(case when predicate = 'rolledback' then 1 else 0 end) as told_back,
             min(min(time)) over (partition by service, environment, version) as first_time
      from arrivals
      group by service, environment, version, turn) as merged
window there as (partition by service, environment order by time, version);
analyze turns;

create temporary table deployments as
select service, environment, version, time, team, kind,
       sum(case when kind = 'deployment' then 1 else 0 end) over there as number,
       lead(kind) over there as next_kind, lead(time) over there as next_time
from (select *, case when told_back = 1 or (turn > 1 and first_time < former_first) then 'rollback'
                     when turn > 1 then 'retry' else 'deployment' end as kind
      from turns) as kinds
window there as (partition by service, environment order by time, version);
analyze deployments;
