-- An incident from when it was detected until it was resolved; one that comes again is another one.
create temporary table told_of as
select *, sum(begins) over (partition by source, incident order by time, id) as episode
from (select source, id, subject_id as incident, predicate, time, service, environment, version,
             case when predicate <> 'resolved'
                   and coalesce(lag(predicate) over (partition by source, subject_id order by time, id),
                                'resolved') = 'resolved' then 1 else 0 end as begins
      from told
      where subject = 'incident') as marked;
analyze told_of;

create temporary table incidents as
select source, incident, episode, min(time) filter (where predicate <> 'resolved') as detected,
       min(time) filter (where predicate = 'resolved') as resolved,
       max(service) as service, max(environment) as environment, max(version) as version
from told_of
where episode > 0
group by source, incident, episode;
analyze incidents;
