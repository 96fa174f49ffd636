select 'deployment frequency' as metric, scope, 'rollbacks' as reason, count(*) as events
from scoped_deployments where kind = 'rollback' group by scope
union all
select 'deployment frequency', scope, 'retries of an artifact that had been rolled back', count(*)
from scoped_deployments where kind = 'retry' group by scope
union all
select 'deployment frequency', scope, 'restarts, re-syncs, other clusters and other tools', count(*) - sum(first)
from (select case when total then scopes.scope else coalesce(:dimension, scopes.scope) end as scope, said.first
      from (select told.subject_id as service, told.environment, told.team, heads.repository, told.time,
                   case when turn.nth = 1 then 1 else 0 end as first
            from told
            left join heads on heads.service = told.subject_id and heads.environment = told.environment
                           and heads.version = coalesce(told.version, told.id)
            left join (select source, id, row_number() over (partition by service, environment, version, turn
                                                             order by time, source, id) as nth
                       from arrivals) as turn on turn.source = told.source and turn.id = told.id
            where told.subject = 'service' and told.predicate in ('deployed', 'upgraded', 'rolledback')
              and told.environment in (select environment from production)) as said
      cross join scopes cross join period
      where timezone(period.zone, said.time) >= period.since
        and timezone(period.zone, said.time) < period.until) as counted
group by scope
having count(*) > sum(first)
union all
select 'deployment frequency', '', 'events of deployments elsewhere', count(*)
from told
where subject = 'service' and predicate in ('deployed', 'upgraded', 'rolledback')
  and (environment is null or environment not in (select environment from production))
having count(*) > 0;
