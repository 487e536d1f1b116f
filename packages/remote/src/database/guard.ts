/**
 * What a worker's role sees of pg-boss' tables: jobs that wait, and those that its own session holds. An owner and a
 * superuser are not held back, so that one role can do everything where nobody needs two.
 */
import { WORKER_FUNCTIONS } from "./functions.ts";

/** The columns that pg-boss changes when a job is taken, kept and finished. */
const TAKEN =
  "state, started_on, heartbeat_on, retry_count, completed_on, output, blocked, pending_dependencies";

/** What pg-boss reads before it does anything. */
const READ = ["version", "queue", "job_common"] as const;

export const GUARD: string = `
do $guard$ begin
  if not exists (select from pg_trigger where tgname = 'ablate_guard' and tgrelid = 'ablate.job_common'::regclass) then
    create trigger ablate_guard before update on ablate.job_common for each row execute function ablate.guard_job();
    create trigger ablate_holder before update on ablate.job_common for each row
      when (new.state = 'active' and old.state < 'active') execute function ablate.keep_holder();
  end if;
end $guard$;
alter table ablate.job_common enable row level security;
drop policy if exists seen_by_workers on ablate.job_common;
create policy seen_by_workers on ablate.job_common for select
  using (state < 'active' or ablate.holds(id));
drop policy if exists changed_by_workers on ablate.job_common;
create policy changed_by_workers on ablate.job_common for update
  using (state < 'active' or ablate.holds(id)) with check (true);
revoke all on all functions in schema ablate from public;
revoke all on all tables in schema ablate from public;
do $guard$ begin
  if exists (select from pg_roles where rolname = 'ablate_worker') then
    grant usage on schema ablate to ablate_worker;
    revoke all on all tables in schema ablate from ablate_worker;
    grant select on ${READ.map((table) => `ablate.${table}`).join(", ")} to ablate_worker;
    grant update (${TAKEN}) on ablate.job_common to ablate_worker;
    grant execute on function ablate.job_now(), ${WORKER_FUNCTIONS.map((name) => `ablate.${name}`).join(", ")}
      to ablate_worker;
  end if;
end $guard$;
`;
