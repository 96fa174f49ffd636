-- The changes that a deployment brought: all that were merged into its branch since the last one that was deployed before,
-- up to its own. Of the first deployment that is known, its own alone: nobody knows what ran before.
create temporary table steps as
select deployments.*, heads.source, heads.change, heads.repository, heads.branch, heads.merged,
       max(heads.merged) over (partition by deployments.service, deployments.environment, heads.source,
                                            heads.repository, heads.branch
                               order by deployments.time, deployments.version
                               rows between unbounded preceding and 1 preceding) as reached
from deployments
join heads on heads.service = deployments.service and heads.environment = deployments.environment
          and heads.version = deployments.version
where deployments.kind = 'deployment';
analyze steps;

create temporary table delivered as
select steps.service, steps.environment, steps.version, steps.time as deployed, builds.built,
       coalesce(steps.team, changes.team) as team, changes.source, changes.change, changes.repository,
       changes.created, changes.reviewed, changes.merged
from steps
join changes on changes.source = steps.source and changes.repository = steps.repository
            and changes.branch = steps.branch
left join (select version, min(time) as built from told
           where subject = 'artifact' and predicate in ('packaged', 'published')
           group by version) as builds on builds.version = steps.version
where (changes.merged > steps.reached and changes.merged <= steps.merged) or changes.change = steps.change;
analyze delivered;
