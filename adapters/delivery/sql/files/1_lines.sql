-- What there is in lines of JSON, bare or in CloudEvents. What is neither is left as it is, for those who know more.
create temporary table lines as
select coalesce(item.data.context, item.context) as context, coalesce(item.data.subject, item.subject) as about,
       coalesce(item.data.customData, item.customData) as custom,
       case when coalesce(item.data.context.type, item.context.type) is null then text end as rest
from (select cast(json as text) as text, json_transform(json, ':shape') as item
      from read_ndjson_objects([:files], ignore_errors = true)) as parsed;
