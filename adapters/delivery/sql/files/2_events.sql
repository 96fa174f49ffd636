-- The rows that adapters/store/rows.py makes of the same events; a test holds the two equal.
create temporary table file_events as
select source, id, type, name[1] as subject, name[2] as predicate, time, subject_id, subject_source, chain_id, pipeline, run,
       outcome, environment, service, artifact,
       nullif(regexp_extract(artifact, '@(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$', 1), '') as digest,
       repository, branch, change, test, team
from (select context.source as source, context.id as id, context.type as type,
             string_split(regexp_replace(context.type, '^dev\.cdeventsx?\.', ''), '.') as name,
             try_cast(context.timestamp as timestamptz) as time, about.id as subject_id,
             nullif(about.source, '') as subject_source, nullif(context.chainId, '') as chain_id,
             about.content.pipelineName as pipeline,
             coalesce(about.content.pipelineRun.id, about.content.testSuiteRun.id) as run,
             about.content.outcome as outcome,
             case when context.type like 'dev.cdevents.environment.%' then about.id
                  else about.content.environment.id end as environment,
             case when context.type like 'dev.cdevents.service.%' then about.id else about.content.service.id end as service,
             case when package like 'pkg:%' then url_decode(split_part(package, '?', 1)) end as artifact,
             case when context.type like 'dev.cdevents.repository.%' then about.id
                  else about.content.repository.id end as repository,
             coalesce(nullif(custom.change.branch, ''), nullif(custom.branch, ''), nullif(custom.scm.branch, '')) as branch,
             case when context.type like 'dev.cdevents.change.%' then about.id else about.content.change.id end as change,
             about.content.testCase.id as test, custom.team as team
      from (select *, case when context.type like 'dev.cdevents.artifact.%' then about.id
                           else about.content.artifactId end as package from lines) as packed
      where context.source <> '' and context.id <> '' and context.type <> '' and about.id <> '') as parts
where time is not null;

create temporary table file_links as
select source, id, kind, rel, target
from (select context.source as source, context.id as id, link.linkType as kind, coalesce(link.linkKind, '') as rel,
             case when link.linkType = 'RELATION' then link.target.contextId else link."from".contextId end as target
      from (select context, unnest(context.links) as link from lines) as linked
      union
      select source, id, 'COMMIT', '', hash
      from (select context.source as source, context.id as id,
                   unnest([about.content.change.id, custom.newRev, custom.revision, custom."commit",
                           custom.patchset.revision, custom.scm."commit"]) as hash from lines) as hashes
      where regexp_full_match(hash, '[0-9a-f]{40}|[0-9a-f]{64}')) as links
where target is not null;
