/** One coordinator a store: an advisory lock, on a connection that is held as long as the coordinator lives. */
import type pg from "pg";
import type { Database } from "../database/database.ts";
import { DatabaseError } from "../database/database-error.ts";

/** What the coordinator of a store says of itself. */
export type StoreFacts = {
  /** The id of the SQLite store. */
  readonly store: string;
  readonly grid: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  /** Bytes of messages that may wait. */
  readonly maxOutbox: number;
};

/** Another coordinator has the store; the text says who. */
export class HeldStoreError extends DatabaseError {
  override readonly name = "HeldStoreError";
}

/** A coordinator that has not been seen for so long is gone, although its connection is not: a machine without power. */
const GONE_SECONDS = 30;

/** How long the end of a backend that was told to go may take. */
const TRIES = 20;

type Holder = {
  readonly instance: string;
  readonly backend: number;
  readonly host: string;
  readonly pid: number;
  readonly since: string;
  readonly isGone: boolean;
};

/**
 * Takes the lock of a store and keeps it.
 * @param instance - tells this coordinator from another that had the store meanwhile
 * @param onLost - another coordinator took it while our connection was broken
 * @throws HeldStoreError
 */
export async function lockStore(
  database: Database,
  facts: StoreFacts,
  instance: string,
  onLost: (error: HeldStoreError) => void,
): Promise<void> {
  let isFirst = true;
  let isLost = false;
  const prepare = async (client: pg.Client): Promise<void> => {
    if (isLost) return;
    try {
      await takeLock(client, facts, instance, isFirst);
      isFirst = false;
    } catch (error) {
      if (isFirst || !(error instanceof HeldStoreError)) throw error;
      isLost = true;
      onLost(error);
    }
  };
  await database.hold(prepare, () => {});
}

async function takeLock(
  client: pg.Client,
  facts: StoreFacts,
  instance: string,
  isFirst: boolean,
): Promise<void> {
  for (let tries = 0; ; tries++) {
    const { rows } = await client.query<{ got: boolean }>(
      `select pg_try_advisory_lock(hashtextextended('ablate.store.' || $1, 0)) as got`,
      [facts.store],
    );
    const holder = await holderOf(client, facts.store);
    const isOurs = holder === undefined || holder.instance === instance;
    if (rows[0]?.got === true) {
      if (!isFirst && !isOurs) throw held(holder);
      await register(client, facts, instance);
      return;
    }
    // Our own connection of before, which the database does not know to be broken, or one of a machine that is gone.
    const mayGo = holder !== undefined && (isOurs || (isFirst && holder.isGone));
    if (tries >= TRIES || (!mayGo && holder !== undefined)) throw held(holder);
    if (holder !== undefined) {
      // Of another login than ours it may not be ended: then the store stays held.
      await client
        .query(`select pg_terminate_backend($1) from pg_locks where pid = $1 limit 1`, [
          holder.backend,
        ])
        .catch(() => {});
    }
    await client.query(`select pg_sleep(0.1)`);
  }
}

async function holderOf(client: pg.Client, store: string): Promise<Holder | undefined> {
  const { rows } = await client.query<Holder>(
    `select instance, backend, host, pid, to_char(since at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"') as since,
      seen < now() - interval '${GONE_SECONDS} s' as "isGone" from ablate.coordinator where store = $1`,
    [store],
  );
  return rows[0];
}

async function register(client: pg.Client, facts: StoreFacts, instance: string): Promise<void> {
  await client.query(
    `insert into ablate.coordinator as c (store, instance, backend, host, pid, grid, version, max_outbox)
    values ($1, $2, pg_backend_pid(), $3, $4, $5, $6, $7)
    on conflict (store) do update set instance = $2, backend = pg_backend_pid(), host = $3, pid = $4, grid = $5,
      version = $6, max_outbox = $7, seen = now(), since = case when c.instance = $2 then c.since else now() end`,
    [facts.store, instance, facts.host, facts.pid, facts.grid, facts.version, facts.maxOutbox],
  );
}

function held(holder: Holder | undefined): HeldStoreError {
  if (holder === undefined) {
    return new HeldStoreError("another coordinator is just beginning with this store");
  }
  const { host, pid, since } = holder;
  return new HeldStoreError(
    `process ${pid} on ${host} has coordinated this store since ${since}: stop it first, or wait until it is done`,
  );
}
