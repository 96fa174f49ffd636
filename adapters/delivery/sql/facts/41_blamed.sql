-- The deployment that an incident is of: the one that its links name, or that of its artifact, or else the last one of
-- its service there before it was detected.
create temporary table blamed as
select source, incident, episode, detected, resolved, service, environment, deployed, failed_version
from (select incidents.source, incidents.incident, incidents.episode, incidents.detected, incidents.resolved,
             deployments.service, deployments.environment, deployments.time as deployed,
             deployments.version as failed_version,
             row_number() over (
                 partition by incidents.source, incidents.incident, incidents.episode
                 order by case when linked.version is not null then 0 else 1 end,
                          case when deployments.version = incidents.version then 0 else 1 end,
                          case when deployments.time <= incidents.detected then 0 else 1 end,
                          deployments.time desc) as nth
      from incidents
      join deployments on deployments.kind = 'deployment' and deployments.environment = incidents.environment
      left join (select distinct told.source, told.subject_id, arrivals.service, arrivals.environment, arrivals.version
                 from told join links on links.source = told.source and links.id = told.id
                 join arrivals on arrivals.id = links.target
                 where told.subject = 'incident') as linked
        on linked.source = incidents.source and linked.subject_id = incidents.incident
       and linked.service = deployments.service and linked.environment = deployments.environment
       and linked.version = deployments.version
      where linked.version is not null or deployments.version = incidents.version
         or (deployments.service = incidents.service and deployments.time <= incidents.detected)) as possible
where nth = 1;
analyze blamed;
