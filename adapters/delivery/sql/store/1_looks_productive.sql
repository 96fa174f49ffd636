-- Whether an environment's name says that it is production, as `metrics` decides it without --environment.
create or replace function cdevents.looks_productive(environment text) returns boolean immutable language sql as $$
    select lower(environment) ~ '(^|[^a-z])(prod|prd|production|live)($|[^a-z])'
       and lower(environment) !~ '(^|[^a-z])(pre|non|not|no)($|[^a-z])'
$$;
