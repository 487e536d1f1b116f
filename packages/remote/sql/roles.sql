-- Two roles for ablate, made by whoever runs the database, in the database that is to be used:
--   psql -d DATABASE -f roles.sql
-- Then one login for each, whose password goes into ~/.pgpass of its machines:
--   create role lab_coordinator login password '...' in role ablate_coordinator;
--   create role lab_worker login password '...' in role ablate_worker;
-- A coordinator owns the schema `ablate`. A worker takes runs that wait and sends what comes of its own ones: it cannot
-- read or change those of others. Run again, this changes nothing; a coordinator's start renews a worker's rights.
do $$
begin
  if not exists (select from pg_roles where rolname = 'ablate_coordinator') then
    create role ablate_coordinator nologin;
  end if;
  if not exists (select from pg_roles where rolname = 'ablate_worker') then
    create role ablate_worker nologin;
  end if;
  if not exists (select from pg_namespace where nspname = 'ablate') then
    create schema ablate authorization ablate_coordinator;
  end if;
  -- So that `ablate workers --drop` can be followed by a new start.
  execute format('grant connect, create on database %I to ablate_coordinator', current_database());
  execute format('grant connect on database %I to ablate_worker', current_database());
  grant usage on schema ablate to ablate_worker;
end
$$;
