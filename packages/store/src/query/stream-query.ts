/** Runs a query in a process of its own, within a time and so many rows, and hands its rows on as they come. */
import { type ChildProcess, fork } from "node:child_process";
import { rmSync } from "node:fs";
import { entryFile } from "@ablate/assets";
import { StoreError } from "../file/store-error.ts";
import { temporaryFolder } from "../file/temporary-folder.ts";
import type { QueryResult } from "../reading/history.ts";
import { folderToStart } from "../writing/process.ts";
import { OUT_OF_MEMORY, type QueryMessage, type QueryRequest } from "./messages.ts";
import type { QueryMistake } from "./mistake.ts";

const ENTRY: string = entryFile("query-process");

export type StreamOptions = {
  /** The largest number of rows; 0 is all. */
  readonly limit: number;
  /** How long it may work, without the time that `take` takes; 0 is any time. */
  readonly timeoutMs: number;
  /** How much memory its process may take; 1 GB unless given. */
  readonly mostBytes?: number;
};

/** Takes some rows, perhaps none. The next ones come once it resolves; after false none come. */
export type TakeRows = (
  rows: readonly (readonly unknown[])[],
  columns: readonly string[],
) => Promise<boolean>;

export type QueryEnd = {
  /** Whether there were more rows than the limit. */
  readonly isCut: boolean;
  /** What the user should know about how the file was opened. */
  readonly notice: string | null;
};

/** SQLite rejects a query. */
export class QueryError extends Error {
  override readonly name = "QueryError";
  readonly mistake: QueryMistake;

  constructor(mistake: QueryMistake) {
    super(mistake.message);
    this.mistake = mistake;
  }
}

/**
 * Runs one SELECT or WITH over a store; `take` is called at least once. Whole numbers beyond 2^53 are bigints.
 *
 * @throws QueryError - if SQLite rejects it
 * @throws StoreError - if it is no query, or takes too long or too much memory
 */
export function streamQuery(
  path: string,
  sql: string,
  { limit, timeoutMs, mostBytes = 1e9, take }: StreamOptions & { readonly take: TakeRows },
): Promise<QueryEnd> {
  const scratch = scratchFolder();
  const child = fork(ENTRY, [], {
    cwd: folderToStart(ENTRY),
    serialization: "advanced",
    execArgv: ["--disable-warning=ExperimentalWarning", "--max-old-space-size=1024"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const end = hear(child, timeoutMs, take).finally(() => discard(scratch));
  const request = { path, sql, limit, mostBytes, scratch, parent: process.pid };
  if (child.connected) child.send(request satisfies QueryRequest, () => {});
  return end;
}

type QueryOptions = StreamOptions & {
  /** By how much the memory of this process may grow while rows arrive; 1 GB unless given. */
  readonly mostGrowth?: number;
};

/** Runs a query as `streamQuery` does and returns all of its rows. */
export async function queryStore(
  path: string,
  sql: string,
  { mostGrowth = 1e9, ...options }: QueryOptions,
): Promise<QueryResult & QueryEnd> {
  const rows: (readonly unknown[])[] = [];
  let columns: readonly string[] = [];
  const most = process.memoryUsage.rss() + mostGrowth;
  const end = await streamQuery(path, sql, {
    ...options,
    take: async (some, names) => {
      columns = names;
      for (const row of some) rows.push(row);
      if (process.memoryUsage.rss() > most) {
        throw new StoreError(
          `query: ${rows.length} rows fill the memory, and there are more; ask for fewer with --limit, or use --format csv or json, which print rows as they come`,
        );
      }
      return true;
    },
  });
  return { columns, rows, ...end };
}

/** Makes a folder where the process may copy the store; null where there is no place for one. */
function scratchFolder(): string | null {
  try {
    return temporaryFolder();
  } catch {
    return null;
  }
}

/** Deletes the folder; where the system does not let it, the next copy of a store does (`temporaryFolder`). */
function discard(scratch: string | null): void {
  try {
    if (scratch !== null) rmSync(scratch, { recursive: true, force: true });
  } catch {}
}

function hear(child: ChildProcess, timeoutMs: number, take: TakeRows): Promise<QueryEnd> {
  return new Promise((resolve, reject) => {
    let columns: readonly string[] = [];
    let notice: string | null = null;
    let stderr = "";
    let settleOnce: (() => void) | undefined;
    const end = (settle: () => void): void => {
      timer.pause();
      settleOnce ??= settle;
      child.kill("SIGKILL");
    };
    const fail = (message: string): void => end(() => reject(new StoreError(message)));
    const late = `query: stopped after ${timeoutMs / 1000} s; ask for one run or fewer steps, or give it longer with --timeout`;
    const timer = countdown(timeoutMs, () => fail(late));
    const handOn = async (rows: readonly (readonly unknown[])[]): Promise<void> => {
      timer.pause();
      if (!(await take(rows, columns))) return end(() => resolve({ isCut: false, notice }));
      timer.goOn();
      child.send("go on", () => {});
    };
    child.stderr?.on("data", (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-4096);
    });
    child.on("message", (message: QueryMessage) => {
      if (message.type === "notice") notice = message.text;
      else if (message.type === "columns") columns = message.columns;
      else if (message.type === "rows") {
        handOn(message.rows).catch((error: unknown) => end(() => reject(error)));
      } else if (message.type === "done") {
        end(() => resolve({ isCut: message.isCut, notice }));
      } else if (message.type === "mistake") {
        end(() => reject(new QueryError(message.mistake)));
      } else fail(message.message);
    });
    child.on("error", ({ message }) =>
      reject(
        new StoreError(
          `query: cannot start a process for it: ${message}; check the limits (ulimit -a)`,
        ),
      ),
    );
    child.on("close", (code, signal) => {
      const isLarge = stderr.includes(OUT_OF_MEMORY) || stderr.includes("heap out of memory");
      fail(
        isLarge
          ? "query: it needs too much memory; ask for fewer rows or columns at once"
          : `query: its process ended with ${signal ?? `exit code ${code}`}`,
      );
      settleOnce?.();
    });
  });
}

/** Starts a time limit that stands still while it is paused; 0 ms is any time. */
export function countdown(
  ms: number,
  onEnd: () => void,
): { readonly pause: () => void; readonly goOn: () => void } {
  let leftMs = ms;
  let startedAt = 0;
  let timer: NodeJS.Timeout | undefined;
  const goOn = (): void => {
    if (ms === 0) return;
    startedAt = performance.now();
    timer = setTimeout(onEnd, leftMs);
  };
  const pause = (): void => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    leftMs = Math.max(1, leftMs - (performance.now() - startedAt));
  };
  goOn();
  return { pause, goOn };
}
