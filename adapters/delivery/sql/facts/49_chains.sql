-- What a chain is of: the repository of its change, and the service that it came to.
create temporary table chains as
select chain_id, max(repository) as repository, max(team) as team, min(service) as service
from (select chain_id, repository, team, cast(null as text) as service from changes
      union all
      select chain_id, null, team, subject_id from told where subject = 'service') as known
where chain_id is not null
group by chain_id;
analyze chains;
