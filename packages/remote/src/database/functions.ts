/**
 * What a worker may do, as functions that run as the tables' owner: a worker's role has no other way to them. Each asks
 * for the secret of the session (`ablate.secret`), of which the tables hold a hash only.
 */
import { PRESENT_SECONDS } from "./tables.ts";

const DEFINER = "security definer set search_path = pg_catalog, pg_temp";

/** Rather than what Postgres says of a JSON of a gigabyte. */
const FACTS_BYTES = 65_536;

/**
 * A coordinator that has just heard of an attempt polls by itself (`wire/polls.ts`): commits that call somebody go
 * one after the other in all of Postgres, which sixty workers notice.
 */
const QUIET_MS = 500;

export const FUNCTIONS: string = `
create or replace function ablate.my_secret() returns bytea language sql stable ${DEFINER} as $$
  select sha256(convert_to(coalesce(current_setting('ablate.secret', true), ''), 'UTF8'))
$$;

create or replace function ablate.holds(p_job uuid) returns boolean language sql volatile ${DEFINER} as $$
  select exists (select from ablate.holder h where h.job = p_job and h.secret = ablate.my_secret())
$$;

create or replace function ablate.protocol() returns int language sql stable ${DEFINER} as $$
  select protocol from ablate.meta
$$;

create or replace function ablate.keep_holder() returns trigger language plpgsql ${DEFINER} as $$
begin
  if new.state = 'active' and old.state < 'active' then
    insert into ablate.holder (job, secret) values (new.id, ablate.my_secret())
    on conflict (job) do update set secret = excluded.secret;
  end if;
  return new;
end $$;

create or replace function ablate.guard_job() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'USAGE') then
    return new;
  end if;
  if (old.state < 'active' and new.state <> 'active')
    or (old.state >= 'active' and not ablate.holds(old.id))
    or new.state < 'active' or new.state > 'completed'
    or new.retry_count < old.retry_count or coalesce(length(new.output::text), 0) > ${FACTS_BYTES} then
    raise exception 'a worker takes a job, keeps it and finishes it, nothing else' using errcode = '42501';
  end if;
  -- A lease of the future would never end.
  new.heartbeat_on := least(new.heartbeat_on, now());
  new.started_on := least(new.started_on, now());
  return new;
end $$;

create or replace function ablate.open_attempt(p_job uuid, p_worker text)
returns table (run text, data_hash text, request bytea) language plpgsql ${DEFINER} as $$
begin
  return query update ablate.attempt a set worker = left(p_worker, 255)
    where a.id = p_job and not a.is_over and ablate.holds(p_job)
    returning a.run, a.data_hash, a.request;
end $$;

create or replace function ablate.file(p_attempt uuid) returns bytea language sql stable ${DEFINER} as $$
  select f.body from ablate.attempt a join ablate.file f on f.store = a.store and f.sha256 = a.data_hash
  where a.id = p_attempt and ablate.holds(a.id)
$$;

create or replace function ablate.orders(p_attempts uuid[])
returns table (attempt uuid, stop text, is_over boolean) language sql stable ${DEFINER} as $$
  select t.id, a.stop, coalesce(a.is_over, true) or not ablate.holds(t.id)
  from unnest(p_attempts) t(id) left join ablate.attempt a on a.id = t.id and ablate.holds(a.id)
$$;

create or replace function ablate.put(p_attempt uuid, p_seq int, p_body bytea) returns text
language plpgsql ${DEFINER} as $$
declare
  a record;
  total bigint;
begin
  if not ablate.holds(p_attempt) then return 'over'; end if;
  select store, is_over, last_seq, put_at into a from ablate.attempt where id = p_attempt for no key update;
  if not found or a.is_over then return 'over'; end if;
  if p_seq <= a.last_seq then return 'stored'; end if;
  if p_seq > 0 then
    select sum(t.put_bytes - coalesce(d.bytes, 0)) into total
      from ablate.attempt t left join ablate.drain d on d.attempt = t.id where t.store = a.store;
    if total > 0 and total + length(p_body) >
      coalesce((select max_outbox from ablate.coordinator c where c.store = a.store), 0) then
      return 'full';
    end if;
  end if;
  insert into ablate.outbox (attempt, seq, body) values (p_attempt, p_seq, p_body);
  update ablate.attempt set last_seq = p_seq, put_at = clock_timestamp(),
    put_bytes = put_bytes + case when p_seq > 0 then length(p_body) else 0 end
    where id = p_attempt;
  if a.put_at is null or clock_timestamp() - a.put_at > interval '${QUIET_MS} ms' then
    perform pg_notify('ablate_coordinators', a.store);
  end if;
  return 'stored';
end $$;

create or replace function ablate.give_up(p_attempt uuid, p_why text) returns void language plpgsql ${DEFINER} as $$
declare
  a record;
begin
  update ablate.attempt set gave_up = left(p_why, 2000) where id = p_attempt and ablate.holds(p_attempt)
    returning store into a;
  if found then perform pg_notify('ablate_coordinators', a.store); end if;
end $$;

create or replace function ablate.present(p_id text, p_facts jsonb, p_state jsonb, p_slots int, p_leaving boolean)
returns void language plpgsql ${DEFINER} as $$
declare
  was record;
begin
  if length(p_id) > 255 or length(p_facts::text) + length(p_state::text) > ${FACTS_BYTES} then
    raise exception 'too much is said of a worker' using errcode = '22023';
  end if;
  -- Said again in three seconds.
  perform set_config('synchronous_commit', 'off', true);
  select slots, is_leaving, secret into was from ablate.worker where id = p_id;
  insert into ablate.worker as w (id, secret, facts, state, slots, is_leaving)
    values (p_id, ablate.my_secret(), p_facts, p_state, p_slots, p_leaving)
    on conflict (id) do update set facts = p_facts, state = p_state, slots = p_slots, is_leaving = p_leaving, seen = now()
    where w.secret = ablate.my_secret();
  if was is null or was.slots <> p_slots or was.is_leaving <> p_leaving then
    perform pg_notify('ablate_coordinators', '*');
  end if;
end $$;

create or replace function ablate.leave(p_id text) returns void language plpgsql ${DEFINER} as $$
begin
  delete from ablate.worker where id = p_id and secret = ablate.my_secret();
  perform pg_notify('ablate_coordinators', '*');
end $$;

create or replace function ablate.coordinators()
returns table (host text, pid int, version text, grid text, queues text[], since timestamptz)
language sql stable ${DEFINER} as $$
  select host, pid, version, grid, queues, since from ablate.coordinator
  where seen > now() - interval '${PRESENT_SECONDS} s' order by since
$$;

create or replace function ablate.workers()
returns table (id text, facts jsonb, state jsonb, slots int, is_leaving boolean, since timestamptz, seen timestamptz)
language sql stable ${DEFINER} as $$
  select id, facts, state, slots, is_leaving, since, seen from ablate.worker
  where seen > now() - interval '${PRESENT_SECONDS} s' order by since, id
$$;

create or replace function ablate.traffic() returns table (rows bigint, bytes bigint)
language sql stable ${DEFINER} as $$
  select count(*), coalesce(sum(length(body)), 0)::bigint from ablate.outbox
$$;
`;

/** What workers may call; all else is the owner's. */
export const WORKER_FUNCTIONS = [
  "my_secret()",
  "holds(uuid)",
  "protocol()",
  "open_attempt(uuid, text)",
  "file(uuid)",
  "orders(uuid[])",
  "put(uuid, int, bytea)",
  "give_up(uuid, text)",
  "present(text, jsonb, jsonb, int, boolean)",
  "leave(text)",
  "coordinators()",
  "workers()",
  "traffic()",
] as const;
