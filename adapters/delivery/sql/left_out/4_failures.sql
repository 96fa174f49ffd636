select 'failed deployment recovery time' as metric, scope, 'not recovered, or not told so' as reason, count(*) as events
from scoped_deployments where kind = 'deployment' and failed and recovered_at is null group by scope
union all
select 'failed deployment recovery time', scope, 'recovered before it failed, by the clocks', count(*)
from scoped_deployments where kind = 'deployment' and failed and recovered_at < failed_at group by scope
union all
select 'change fail rate', '', 'incidents of no deployment that is known', count(*)
from incidents cross join period
where timezone(zone, detected) >= since and timezone(zone, detected) < until
  and not exists (select 1 from blamed where blamed.source = incidents.source
                  and blamed.incident = incidents.incident and blamed.episode = incidents.episode)
having count(*) > 0
union all
select 'deployment rework rate', '', 'open incidents, which something may still mend', count(*)
from blamed cross join period
where timezone(zone, detected) >= since and timezone(zone, detected) < until and resolved is null
having count(*) > 0;
