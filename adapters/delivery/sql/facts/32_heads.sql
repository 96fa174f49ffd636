-- The change that an artifact was made of: that of the same chain as its deployment or publication, or of the commit that
-- one of these names, or else what their links lead to. Of several the one that was merged last.
create temporary table tied as
select subject_id as service, environment, coalesce(version, id) as version, source, id, chain_id
from told
where subject = 'service' and predicate in ('deployed', 'upgraded', 'rolledback')
  and environment in (select environment from production)
union
select deployed.service, deployed.environment, deployed.version, told.source, told.id, told.chain_id
from told
join (select distinct service, environment, version from deployments) as deployed on deployed.version = told.version
where told.subject = 'artifact' and told.predicate in ('packaged', 'published');
analyze tied;

create temporary table named as
select tied.service, tied.environment, tied.version, changes.source, changes.change
from tied join changes on changes.chain_id = tied.chain_id
union
select tied.service, tied.environment, tied.version, told.source, told.subject_id
from tied
join links as theirs on theirs.source = tied.source and theirs.id = tied.id and theirs.kind = 'COMMIT'
join links as its on its.target = theirs.target and its.kind = 'COMMIT'
join told on told.source = its.source and told.id = its.id and told.subject = 'change';
analyze named;

create temporary table led_to as
with recursive above(service, environment, version, id, steps) as (
    select service, environment, version, id, 0
    from tied
    where not exists (select 1 from named where named.service = tied.service
                      and named.environment = tied.environment and named.version = tied.version)
    union
    select above.service, above.environment, above.version, links.target, above.steps + 1
    from above join links on links.id = above.id and links.kind <> 'COMMIT'
    where above.steps < 12
)
select distinct above.service, above.environment, above.version, told.source, told.id, told.subject,
       told.subject_id, told.chain_id
from above join told on told.id = above.id;
analyze led_to;

create temporary table heads as
select service, environment, version, source, change, repository, branch, chain_id, merged
from (select found.service, found.environment, found.version, changes.*,
             row_number() over (partition by found.service, found.environment, found.version
                                order by changes.merged desc, changes.source, changes.change) as nth
      from (select * from named
            union
            select service, environment, version, source, subject_id from led_to where subject = 'change'
            union
            select led_to.service, led_to.environment, led_to.version, changes.source, changes.change
            from led_to join changes on changes.chain_id = led_to.chain_id) as found
      join changes on changes.source = found.source and changes.change = found.change
      where changes.merged is not null) as ranked
where nth = 1;
analyze heads;
