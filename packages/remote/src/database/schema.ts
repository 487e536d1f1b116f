/** Makes the schema `ablate`, its guards and grants: one coordinator at a time, as often as one starts. */
import { PROTOCOL } from "../wire/protocol.ts";
import type { Database } from "./database.ts";
import { DatabaseError } from "./database-error.ts";
import { FUNCTIONS } from "./functions.ts";
import { GUARD } from "./guard.ts";
import { Jobs } from "./jobs.ts";
import { TABLES } from "./tables.ts";

/** Of Postgres: pg-boss asks for functions that older ones do not have. */
const OLDEST = 13;

/** Of the lock that makes coordinators that start at once wait for each other. */
const MAKING = "ablate.schema";

/** Makes what is not there. @throws DatabaseError - the schema is of another protocol */
export async function makeSchema(database: Database): Promise<Jobs> {
  await checkServer(database);
  await checkProtocol(database);
  const isThere = (await database.query(`select to_regnamespace('ablate') as it`))[0]?.it !== null;
  // `create schema` wants a right on the database even where the schema is there.
  if (!isThere) await inTurn(database, "create schema if not exists ablate");
  const jobs = await Jobs.open(database, true);
  await inTurn(
    database,
    `${TABLES}\n${FUNCTIONS}\n${GUARD}
    insert into ablate.meta (protocol) values (${PROTOCOL}) on conflict do nothing`,
  );
  return jobs;
}

/** What a coordinator should say of this server at its start. */
export async function serverNotes(database: Database): Promise<string[]> {
  const [row] = await database.query(
    `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`,
  );
  if (row?.fsync !== "off" && row?.commit !== "off") return [];
  const name = row.fsync === "off" ? "fsync" : "synchronous_commit";
  return [
    `${database.shown}: ${name} is off there: what workers sent last may be lost when that machine fails`,
  ];
}

async function checkServer(database: Database): Promise<void> {
  const [row] = await database.query<{ version: string }>(
    `select current_setting('server_version') as version`,
  );
  if (Number.parseInt(row?.version ?? "", 10) >= OLDEST) return;
  throw new DatabaseError(
    `${database.shown}: Postgres ${row?.version} is too old; ${OLDEST} or newer is needed`,
  );
}

/** @returns whether there is a schema @throws DatabaseError - it is of another protocol */
export async function checkProtocol(database: Database): Promise<boolean> {
  const [there] = await database.query(`select to_regproc('ablate.protocol') as it`);
  if (there?.it === null) return false;
  const [row] = await database.query<{ protocol: number | null }>(
    `select ablate.protocol() as protocol`,
  );
  const protocol = row?.protocol ?? null;
  if (protocol === null || protocol === PROTOCOL) return protocol !== null;
  throw new DatabaseError(
    `${database.shown}: its schema ablate is of protocol ${protocol}, this ablate speaks ${PROTOCOL}: use the same version everywhere, or remove it by \`ablate workers --drop --force\``,
  );
}

async function inTurn(database: Database, text: string): Promise<void> {
  await database.query(
    `begin; select pg_advisory_xact_lock(hashtextextended('${MAKING}', 0)); ${text}; commit`,
  );
}
