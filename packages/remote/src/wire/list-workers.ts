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
    /** Seconds since its last sign of life. */
    readonly age: number;
  };

export type CoordinatorListed = {
  readonly host: string;
  readonly version: string;
  readonly grid: string;
  readonly queues: readonly string[];
  readonly since: string;
};

export type WorkersListed = {
  readonly workers: readonly WorkerListed[];
  readonly coordinators: readonly CoordinatorListed[];
  readonly outbox: { readonly rows: number; readonly bytes: number };
};

const ISO = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

/** Lists who is there; nobody where there is no schema. @throws DatabaseError */
export async function listWorkers(address: Address): Promise<WorkersListed> {
  const database = await Database.open(address);
  try {
    if (!(await checkProtocol(database))) {
      return { workers: [], coordinators: [], outbox: { rows: 0, bytes: 0 } };
    }
    return await listed(database);
  } finally {
    await database.close();
  }
}

async function listed(database: Database): Promise<WorkersListed> {
  const workers = await database.query<{
    facts: WorkerFacts;
    state: WorkerState;
    since: string;
    age: number;
  }>(
    `select facts, state, to_char(since at time zone 'UTC', ${ISO}) as since,
      extract(epoch from now() - seen)::float8 as age from ablate.workers()`,
  );
  const coordinators = await database.query<CoordinatorListed>(
    `select host, version, grid, queues, to_char(since at time zone 'UTC', ${ISO}) as since
    from ablate.coordinators()`,
  );
  const [traffic] = await database.query<{ rows: string; bytes: string }>(
    `select rows, bytes from ablate.traffic()`,
  );
  return {
    workers: workers.map(({ facts, state, since, age }) => ({ ...facts, ...state, since, age })),
    coordinators,
    outbox: { rows: Number(traffic?.rows ?? 0), bytes: Number(traffic?.bytes ?? 0) },
  };
}

/**
 * Removes the schema and all that is in it.
 * @param isForced - also while somebody is there
 * @throws DatabaseError - somebody is
 */
export async function dropSchema(
  address: Address,
  { isForced }: { readonly isForced: boolean },
): Promise<void> {
  const database = await Database.open(address, { isOwner: true });
  try {
    if (!isForced) await refuseWhileLive(database);
    await database.query(`drop schema if exists ablate cascade`);
  } finally {
    await database.close();
  }
}

async function refuseWhileLive(database: Database): Promise<void> {
  if (!(await checkProtocol(database))) return;
  const { workers, coordinators } = await listed(database);
  if (workers.length + coordinators.length === 0) return;
  const who = [
    ...coordinators.map(({ host }) => `a coordinator on ${host}`),
    ...workers.map(({ name }) => `the worker ${name}`),
  ];
  throw new DatabaseError(
    `${database.shown}: ${who.slice(0, 3).join(", ")}${who.length > 3 ? ` and ${who.length - 3} more` : ""} ${who.length === 1 ? "is" : "are"} there; stop them first, or add --force`,
  );
}
