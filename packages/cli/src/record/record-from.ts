/** Records logs into the store of a command, and shows how that goes. */
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { FORMATS, type RecordOutcome, recordLogs, recordPipe } from "@ablate/record";
import { openWriter, type StoreWriter } from "@ablate/store";
import { asLine, counted } from "@ablate/text";
import type { Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { onInterrupt, STOPPED_BY_USER } from "../command-line/interrupt.ts";
import { type LogsShown, showLogs } from "../print/logs-shown.ts";
import { storePath } from "../store/open.ts";
import { refuseNoLog } from "./no-log.ts";

const PIPE = "-";

/** Records files and folders, or frames of standard input. Returns the exit code. */
export async function recordFrom(
  invocation: Invocation,
  given: readonly string[],
  isOrStore = false,
): Promise<number> {
  const { flags, terminal } = invocation;
  const isFollowed = flags.has("follow");
  if (given.includes(PIPE) && (given.length > 1 || isFollowed)) {
    throw new UsageError("`-` stands alone: a pipe is followed to its end");
  }
  if (flags.has("exit-when-idle") && !isFollowed) {
    throw new UsageError("--exit-when-idle goes with --follow");
  }
  const paths = given[0] === PIPE ? [] : given.map((path) => pathOf(invocation, path));
  const store = openWriter(storePath(invocation));
  if (store.notice !== null) terminal.warn(asLine(`ablate: ${store.notice}`));
  const shown = showLogs(invocation, isFollowed);
  const interrupt = onInterrupt(() => {});
  try {
    const { signal } = interrupt;
    const outcome = await (given[0] === PIPE
      ? recordPipe({ ...settings(invocation, store, shown), input: inputUntil(signal), signal })
      : recordLogs({
          ...{ ...settings(invocation, store, shown), paths, isFollowed, signal },
          ...{ stepColumn: flags.text("step"), idleMs: flags.durationMs("exit-when-idle") },
        }));
    shown.close();
    if (outcome.runs + outcome.troubles === 0 && outcome.trouble === null)
      throw new UsageError(nothingText(given, paths, { outcome, isOrStore }));
    return exitCode(invocation, outcome, signal.aborted && !isFollowed);
  } finally {
    shown.close();
    interrupt.release();
    store.close();
  }
}

function settings({ flags }: Invocation, store: StoreWriter, { onEvent }: LogsShown) {
  return { store, storageTimeoutMs: flags.durationMs("storage-timeout"), onEvent };
}

/** Reads standard input, which a signal ends. */
async function* inputUntil(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { stdin } = process;
  const end = (): void => void stdin.destroy();
  signal.addEventListener("abort", end);
  try {
    yield* stdin;
  } catch (error) {
    // The other end broke off: what has come is recorded.
    if (!signal.aborted && !(error instanceof Error && "code" in error)) throw error;
  } finally {
    signal.removeEventListener("abort", end);
  }
}

function exitCode({ terminal }: Invocation, outcome: RecordOutcome, isStopped: boolean): number {
  if (outcome.trouble !== null) {
    terminal.warn(asLine(`ablate: ${outcome.trouble.message}; the same command goes on`));
  }
  if (isStopped) terminal.warn(asLine("stopped; the same command goes on"));
  const isWhole = outcome.trouble === null && outcome.troubles + outcome.held === 0;
  return isStopped ? STOPPED_BY_USER : Number(!isWhole);
}

function pathOf({ terminal }: Invocation, path: string): string {
  // An empty variable of a shell is not the whole working folder.
  if (path === "") throw new UsageError("an empty PATH names no file and no folder");
  const absolute = resolve(terminal.folder, path);
  if (statSync(absolute, { throwIfNoEntry: false })?.isFile()) refuseNoLog(path);
  if (existsSync(absolute)) return absolute;
  throw new UsageError(`there is no file or folder ${path}`);
}

/** Nothing was recorded; `isOrStore`: a store would have been taken, too. */
type Nothing = { readonly outcome: RecordOutcome; readonly isOrStore: boolean };

/** Says in one sentence why there is nothing to record. */
function nothingText(
  given: readonly string[],
  paths: readonly string[],
  { outcome: { files }, isOrStore }: Nothing,
): string {
  const names = given.join(", ");
  const formats = `formats are ${FORMATS.map(({ name }) => name).join(", ")} (docs/record.md)`;
  const [path = ""] = paths;
  if (paths.length > 1) return `${names}: no log in ${counted(files, "file")}; ${formats}`;
  const found = statSync(path);
  if (found.isDirectory()) {
    if (files === 0) return `${names} is a folder without any file; ${formats}`;
    return `${names} has no log in its ${counted(files, "file")}; ${formats}`;
  }
  return found.size === 0
    ? `${names} is empty: nothing is written to it yet; --follow waits for it`
    : `${names} is ${isOrStore ? "neither a store of ablate nor a" : "no"} log of a format that is known; ${formats}`;
}
