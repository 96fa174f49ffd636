-- A change, and when it was first told of, first reviewed and merged.
create temporary table changes as
select source, subject_id as change, min(chain_id) as chain_id,
       coalesce(max(repository), '') as repository, coalesce(max(branch), '') as branch, max(team) as team,
       min(time) filter (where predicate = 'created') as created,
       min(time) filter (where predicate = 'reviewed') as reviewed,
       min(time) filter (where predicate = 'merged') as merged
from told
where subject = 'change'
group by source, subject_id;
analyze changes;
