/** Who is there, for people to see; and the end of all of it. */
import type { Address } from "../database/address.ts";
import { Database } from "../database/database.ts";
import { DatabaseError } from "../database/database-error.ts";
import { checkProtocol } from "../database/schema.ts";
import type { WorkerFacts, WorkerState } from "./worker-wire.ts";

export type WorkerListed = WorkerFacts &
  WorkerState & {
    /** ISO, by the database's clock. */
    readonly since: string;
    /** Seconds that it has been there for. */
    readonly seconds: number;
    /** Seconds since its last sign of life. */
    readonly age: number;
  };

export type CoordinatorListed = {
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly grid: string;
  readonly queues: readonly string[];
  readonly since: string;
  readonly seconds: number;
};

export type WorkersListed = {
  readonly workers: readonly WorkerListed[];
  readonly coordinators: readonly CoordinatorListed[];
  readonly outbox: { readonly rows: number; readonly bytes: number };
};

const SINCE = `to_char(since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as since,
  extract(epoch from now() - since)::float8 as seconds`;

/** Lists who is there; nobody where there is no schema. @throws DatabaseError */
export async function listWorkers(address: Address): Promise<WorkersListed> {
  const database = await Database.open(address);
  try {
    return (await checkProtocol(database)) ? await listed(database) : NOBODY;
  } finally {
    await database.close();
  }
}

async function listed(database: Database): Promise<WorkersListed> {
  const workers = await database.query<{
    facts: WorkerFacts;
    state: WorkerState;
    since: string;
    seconds: number;
    age: number;
  }>(
    `select facts, state, ${SINCE},
      extract(epoch from now() - seen)::float8 as age from ablate.workers()`,
  );
  const coordinators = await database.query<CoordinatorListed>(
    `select host, pid, version, grid, queues, ${SINCE} from ablate.coordinators()`,
  );
  const [traffic] = await database.query<{ rows: string; bytes: string }>(
    `select rows, bytes from ablate.traffic()`,
  );
  return {
    workers: workers.map(({ facts, state, ...times }) => ({ ...facts, ...state, ...times })),
    coordinators,
    outbox: { rows: Number(traffic?.rows ?? 0), bytes: Number(traffic?.bytes ?? 0) },
  };
}

/** What was there when the schema was removed; null: there was none. */
export type Dropped = Pick<WorkersListed, "outbox"> | null;

/**
 * Removes the schema and all that is in it.
 * @param isForced - also while somebody is there, and where that cannot be told
 * @throws DatabaseError - somebody is
 */
export async function dropSchema(
  address: Address,
  { isForced }: { readonly isForced: boolean },
): Promise<Dropped> {
  const database = await Database.open(address, { isOwner: true });
  try {
    const [{ it } = { it: null }] = await database.query(`select to_regnamespace('ablate') as it`);
    if (it === null) return null;
    const there = isForced ? await listed(database).catch(() => NOBODY) : await nobody(database);
    await database.query(`drop schema if exists ablate cascade`);
    return there;
  } finally {
    await database.close();
  }
}

const NOBODY: WorkersListed = { workers: [], coordinators: [], outbox: { rows: 0, bytes: 0 } };

/** @throws DatabaseError - somebody is there, or the schema is of another version, which knows who is */
async function nobody(database: Database): Promise<WorkersListed> {
  if (!(await checkProtocol(database))) return NOBODY;
  const there = await listed(database);
  const { workers, coordinators } = there;
  if (workers.length + coordinators.length === 0) return there;
  const who = [
    ...coordinators.map(({ host }) => `a coordinator on ${host}`),
    ...workers.map(({ name }) => `the worker ${name}`),
  ];
  throw new DatabaseError(
    `${database.shown}: ${who.slice(0, 3).join(", ")}${who.length > 3 ? ` and ${who.length - 3} more` : ""} ${who.length === 1 ? "is" : "are"} there; stop them first, or add --force`,
  );
}
