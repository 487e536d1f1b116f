/** The process that runs one query: SQLite cannot be interrupted from within, but a process can be ended. */
import { rmSync, writeSync } from "node:fs";
import { isMainThread, Worker as Thread, workerData } from "node:worker_threads";
import { entryFile } from "@ablate/assets";
import { OUT_OF_MEMORY, type QueryMessage, type QueryRequest } from "./messages.ts";

const ROWS_A_MESSAGE = 1000;
/** A message is sent once its texts and blobs have this many characters and bytes. */
const SIZE_OF_A_MESSAGE = 1_000_000;

const CHECK_MS = 50;

if (isMainThread) {
  // A signal from the terminal ends who waits for the answer; the watchdog then tidies up and ends this process.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]) process.on(signal, () => {});
  process.once("message", start);
} else watch(workerData);

function start(request: QueryRequest): void {
  if (request.scratch !== null) process.env.TMPDIR = request.scratch;
  new Thread(entryFile("query-process"), { workerData: request }).unref();
  answer(request)
    .catch((error: unknown) =>
      send({ type: "failed", message: error instanceof Error ? error.message : String(error) }),
    )
    .finally(() => process.disconnect());
}

/** Ends this process when it takes too much memory or nobody waits for it; runs in a thread of its own. */
function watch({ parent, mostBytes, scratch }: QueryRequest): void {
  setInterval(() => {
    const isTooLarge = process.memoryUsage.rss() > mostBytes;
    if (isTooLarge) writeSync(2, OUT_OF_MEMORY);
    const isAlone = process.ppid !== parent;
    if (isAlone && scratch !== null) rmSync(scratch, { recursive: true, force: true });
    if (isTooLarge || isAlone) process.kill(process.pid, "SIGKILL");
  }, CHECK_MS);
}

async function answer({ path, sql, limit }: QueryRequest): Promise<void> {
  const [{ openForReading }, { harden, prepareQuery }, { explain }] = await Promise.all([
    import("../file/open-database.ts"),
    import("./statement.ts"),
    import("./mistake.ts"),
  ]);
  const {
    sql: { database },
    notice,
    close,
  } = openForReading(path);
  try {
    if (notice !== null) await send({ type: "notice", text: notice });
    harden(database);
    const statement = prepareQuery(database, sql).safeIntegers().raw();
    await send({ type: "columns", columns: statement.columns().map(({ name }) => name) });
    let rows: unknown[][] = [];
    let size = 0;
    let count = 0;
    let isCut = false;
    for (const row of statement.iterate()) {
      isCut = limit > 0 && count === limit;
      if (isCut) break;
      count += 1;
      rows.push(row.map(plainNumber));
      size += sizeOf(row);
      if (rows.length < ROWS_A_MESSAGE && size < SIZE_OF_A_MESSAGE) continue;
      await handOn(rows);
      rows = [];
      size = 0;
    }
    await handOn(rows);
    await send({ type: "done", isCut });
  } catch (error) {
    const mistake = explain(error, sql, database);
    if (mistake === null) throw error;
    await send({ type: "mistake", mistake });
  } finally {
    close();
  }
}

/** Returns bigints as numbers, except beyond 2^53. */
function plainNumber(value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function sizeOf(row: readonly unknown[]): number {
  let size = 0;
  for (const value of row) {
    if (typeof value === "string" || value instanceof Uint8Array) size += value.length;
  }
  return size;
}

/** Sends rows and waits until they are taken, so that they do not pile up anywhere. */
async function handOn(rows: readonly (readonly unknown[])[]): Promise<void> {
  const isTaken = new Promise<void>((resolve) => process.once("message", () => resolve()));
  await send({ type: "rows", rows });
  await isTaken;
}

function send(message: QueryMessage): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, undefined, undefined, () => resolve());
  });
}
