-- An artifact comes to where another one ran. One that runs there already is restarted, or told of again.
-- `turn` counts how often it has come: each cluster and each tool that tells of the same turn tells of one deployment.
create temporary table arrivals as
select *, row_number() over (partition by service, environment, place, version order by time, id) as turn
from (select *, lag(version) over there as former, lag(predicate) over there as before
      from (select source, id, predicate, time, subject_id as service, environment, team, chain_id,
                   coalesce(version, id) as version, source || ' ' || coalesce(subject_source, '') as place
            from told
            where subject = 'service' and predicate in ('deployed', 'upgraded', 'rolledback')
              and environment in (select environment from production)) as said
      window there as (partition by service, environment, place order by time, id)) as row_by_row
where former is distinct from version or (predicate = 'rolledback' and before <> 'rolledback');
analyze arrivals;
