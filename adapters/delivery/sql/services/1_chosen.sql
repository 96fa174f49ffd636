-- The events of services: the last of each source in each place, and the latest of the places that are looked
-- at, in any environment where none is said. What they came from is the change of their chain, and the run that they have a link to.
create temporary table chosen as
select source, id, chain_id
from (select events.source, events.id, chain_id, time,
             row_number() over (partition by subject_id, environment, events.source order by time desc, id) as nth,
             row_number() over (partition by subject_id, coalesce(environment, '') order by time desc, id) as turn,
             subject_id, coalesce(environment, '') as environment
      from events
      where subject = 'service' and predicate in ('deployed', 'upgraded', 'rolledback', 'removed')) as said
where nth = 1
   or (turn <= :most and exists (select 1 from places where places.service = said.subject_id
                                 and coalesce(places.environment, said.environment) = said.environment));
