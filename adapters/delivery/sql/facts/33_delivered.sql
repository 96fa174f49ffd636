-- The changes that a deployment brought: those that its links name, and all that were merged into its branch since the last
-- one that was deployed before, up to its own. Of the first deployment that is known, and that has no links, its own alone:
-- nobody knows what ran before.
create temporary table steps as
select deployments.service, deployments.environment, deployments.version, deployments.time, deployments.team,
       heads.source, heads.change, heads.repository, heads.branch, heads.merged,
       max(heads.merged) over (partition by deployments.service, deployments.environment, heads.source,
                                            heads.repository, heads.branch
                               order by deployments.time, deployments.version
                               rows between unbounded preceding and 1 preceding) as reached
from deployments
join heads on heads.service = deployments.service and heads.environment = deployments.environment
          and heads.version = deployments.version
where deployments.kind = 'deployment';
analyze steps;

-- Merges from the last to the first, and among them how far each deployment that went further came: the next of these is a change's.
create temporary table merges as
select service, environment, source, repository, branch, change,
       min(arrived) over (partition by service, environment, source, repository, branch order by merged desc, last desc
                          rows between unbounded preceding and current row) as arrived
from (select places.service, places.environment, changes.source, changes.repository, changes.branch, changes.change,
             changes.merged, 0 as last, cast(null as timestamp with time zone) as arrived
      from changes
      join (select distinct service, environment, source, repository, branch from steps) as places
        on places.source = changes.source and places.repository = changes.repository
       and places.branch = changes.branch
      where changes.merged is not null
      union all
      select service, environment, source, repository, branch, null, merged, 1, merged
      from steps where merged > reached or reached is null) as in_order;
analyze merges;

create temporary table linked as
select distinct deployments.service, deployments.environment, deployments.version, deployments.time, deployments.team,
       changes.source, changes.change
from deployments
join tied on tied.service = deployments.service and tied.environment = deployments.environment
         and tied.version = deployments.version
join links on links.source = tied.source and links.id = tied.id and links.kind = 'RELATION' and links.rel = 'CHANGE'
join told on told.id = links.target and told.subject = 'change'
join changes on changes.source = told.source and changes.change = told.subject_id
where deployments.kind = 'deployment' and changes.merged is not null;
analyze linked;

create temporary table delivered as
select brought.service, brought.environment, brought.version, brought.time as deployed, builds.built,
       coalesce(brought.team, changes.team) as team, changes.source, changes.change, changes.repository,
       changes.created, changes.reviewed, changes.merged
from (select steps.service, steps.environment, steps.version, steps.time, steps.team, merges.source, merges.change
      from steps
      join merges on merges.service = steps.service and merges.environment = steps.environment
                 and merges.source = steps.source and merges.repository = steps.repository
                 and merges.branch = steps.branch and merges.arrived = steps.merged
      where merges.change is not null and steps.merged > steps.reached
      union
      select service, environment, version, time, team, source, change from steps
      union
      select service, environment, version, time, team, source, change from linked) as brought
join changes on changes.source = brought.source and changes.change = brought.change
left join (select version, min(time) as built from told
           where subject = 'artifact' and predicate in ('packaged', 'published')
           group by version) as builds on builds.version = brought.version;
analyze delivered;
