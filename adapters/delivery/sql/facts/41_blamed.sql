-- The deployment that an incident is of: the one that its links name, by whichever event tells of it, or that of its
-- artifact, or else the last one of its service there before it was detected.
create temporary table possible as
select 1 as rank, told_of.source, told_of.incident, told_of.episode, tied.service, tied.environment, tied.version
from told_of
join links on links.source = told_of.source and links.id = told_of.id and links.kind <> 'COMMIT'
join tied on tied.id = links.target
join told on told.source = tied.source and told.id = tied.id and told.subject = 'service'
where told_of.episode > 0
union
select 2, incidents.source, incidents.incident, incidents.episode, arrivals.service, arrivals.environment,
       arrivals.version
from incidents
join arrivals on arrivals.version = incidents.version and arrivals.environment = incidents.environment
             and arrivals.service = coalesce(incidents.service, arrivals.service)
union
select 3, latest.source, latest.incident, latest.episode, deployments.service, deployments.environment,
       deployments.version
from (select source, incident, episode, service, environment,
             max(number) over (partition by service, environment order by time, last
                               rows between unbounded preceding and current row) as number
      from (select cast(null as text) as source, cast(null as text) as incident, cast(null as bigint) as episode,
                   service, environment, time, 0 as last, cast(number as bigint) as number
            from deployments where kind = 'deployment'
            union all
            select source, incident, cast(episode as bigint), service, environment, detected, 1, null
            from incidents) as in_time) as latest
join deployments on deployments.service = latest.service and deployments.environment = latest.environment
                and deployments.number = latest.number and deployments.kind = 'deployment'
where latest.incident is not null;
analyze possible;

create temporary table blamed as
select source, incident, episode, detected, resolved, service, environment, failed_version, failed_number
from (select incidents.source, incidents.incident, incidents.episode, incidents.detected, incidents.resolved,
             deployments.service, deployments.environment, deployments.version as failed_version,
             deployments.number as failed_number,
             row_number() over (partition by incidents.source, incidents.incident, incidents.episode
                                order by possible.rank, case when deployments.time <= detected then 0 else 1 end,
                                         deployments.time desc) as nth
      from possible
      join incidents on incidents.source = possible.source and incidents.incident = possible.incident
                    and incidents.episode = possible.episode
      join deployments on deployments.service = possible.service and deployments.environment = possible.environment
                      and deployments.version = possible.version and deployments.kind = 'deployment') as ranked
where nth = 1;
analyze blamed;
