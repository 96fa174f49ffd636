select 'change lead time' as metric, scope, 'deployments of which no merge is known' as reason, count(*) as events
from scoped_deployments where kind = 'deployment' and not known group by scope
union all
select 'change lead time', scope, 'merged after it was deployed, by the clocks', count(*)
from scoped_delivered where deployed < merged group by scope
union all
select 'change lead time', scope, 'merged and not deployed', count(*)
from scoped_reviews
where not exists (select 1 from delivered
                  where delivered.source = scoped_reviews.source and delivered.change = scoped_reviews.change)
group by scope
union all
select 'review time', scope, 'no first patch set known', count(*)
from scoped_reviews where created is null group by scope;
