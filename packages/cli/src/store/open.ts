/** The store of a command, opened to be read, and its runs with their live states. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import {
  EmptyStoreError,
  isStoreName,
  nearHint,
  openReader,
  REMEDY,
  type RunDamage,
  type RunState,
  type RunSummary,
  type StoreReader,
} from "@ablate/store";
import { asLine } from "@ablate/text";
import type { Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { usualStore } from "../command-line/paths.ts";
import { few } from "../print/few.ts";

/** Returns the store's path: --store, else ABLATE_STORE, else ablate.db in the working folder. */
export function storePath({ flags, terminal }: Invocation): string {
  return resolve(terminal.folder, flags.text("store") ?? usualStore(terminal));
}

/** Returns the store's path. @throws UsageError - if there is none */
export function existingStore(invocation: Invocation): string {
  const path = storePath(invocation);
  if (existsSync(path)) return path;
  throw new UsageError(
    `there is no store at ${path}; \`ablate run CONFIG\` makes one, --store names another${nearHint(path, isStoreName)}`,
  );
}

/** Opens the store for reading; who calls it closes it. */
function openStoreToRead(invocation: Invocation): StoreReader {
  const { terminal } = invocation;
  const reader = openReader(existingStore(invocation), {
    listener: {
      onFormerName: (word, run) => {
        const label = run.slice(run.indexOf("/") + 1);
        terminal.warn(asLine(`ablate: ${word} was renamed to ${label}`));
      },
      onLeft: (runs) => {
        const named = few(runs);
        terminal.warn(
          asLine(
            runs.length === 1
              ? `${named} is left from earlier plans: its config no longer has it`
              : `${named} are left from earlier plans: their config no longer has them`,
          ),
        );
      },
    },
  });
  if (reader.notice !== null) terminal.warn(asLine(`ablate: ${reader.notice}`));
  return reader;
}

/** Opens the store for reading, uses it and closes it; names the runs that were left out as damaged. */
export function withReader<T>(invocation: Invocation, use: (reader: StoreReader) => T): T {
  return closing(invocation, openStoreToRead(invocation), use);
}

/** Does the same for what takes its time. */
export async function withOpenReader<T>(
  invocation: Invocation,
  use: (reader: StoreReader) => Promise<T>,
): Promise<T> {
  const reader = openStoreToRead(invocation);
  try {
    const used = await use(reader);
    warnOfDamage(invocation, reader);
    return used;
  } catch (error) {
    warnBefore(error, invocation, reader);
    throw error;
  } finally {
    reader.close();
  }
}

/** As `withReader`, but returns undefined where there is no store yet, or one is being made. */
export function withAnyReader<T>(
  invocation: Invocation,
  use: (reader: StoreReader) => T,
): T | undefined {
  const path = storePath(invocation);
  if (!existsSync(path)) return undefined;
  let reader: StoreReader;
  try {
    reader = openReader(path);
  } catch (error) {
    if (error instanceof EmptyStoreError) return undefined;
    throw error;
  }
  return closing(invocation, reader, use);
}

function closing<T>(
  invocation: Invocation,
  reader: StoreReader,
  use: (reader: StoreReader) => T,
): T {
  try {
    const used = use(reader);
    warnOfDamage(invocation, reader);
    return used;
  } catch (error) {
    warnBefore(error, invocation, reader);
    throw error;
  } finally {
    reader.close();
  }
}

/** Names runs that are damaged, and grids whose texts are: those that were met while reading. */
function warnOfDamage({ terminal }: Invocation, { checks }: StoreReader): void {
  for (const damage of checks.met) terminal.warn(damageLine(damage));
  warnOfLostRows(terminal, checks);
  for (const grid of checks.grids()) {
    terminal.warn(
      asLine(`ablate: grid ${grid}: its text, plans, tags or note do not match its digest`),
    );
  }
}

/** Names them, too, where nothing is found since they are left out. */
function warnBefore(error: unknown, { terminal }: Invocation, { checks }: StoreReader): void {
  if (!(error instanceof UsageError)) return;
  for (const damage of checks.met) terminal.warn(damageLine(damage));
  warnOfLostRows(terminal, checks);
}

function warnOfLostRows(terminal: Invocation["terminal"], checks: StoreReader["checks"]): void {
  const fault = checks.lostRows();
  if (fault === null) return;
  terminal.warn(
    asLine(
      `ablate: the store is damaged, and runs may be missing here: ${fault}; \`ablate doctor --repair\` rebuilds its indices`,
    ),
  );
}

/** Says of a damaged run what is left out, and what to do. */
export function damageLine({ run, reason, isOfName, isSetAside }: RunDamage): string {
  if (isSetAside) {
    return asLine(`ablate: ${run} was set aside as damaged: ${reason}; its numbers may be wrong`);
  }
  return asLine(
    isOfName
      ? `ablate: ${run}: ${reason}; look at it, then \`ablate doctor --repair\` takes it as it is`
      : `ablate: ${run} is damaged and left out: ${reason}; ${REMEDY}`,
  );
}

/** Returns a function from a run's name and recorded state to its state: interrupted where its process died. */
export function liveStates(
  reader: StoreReader,
  now: number = Date.now(),
): (name: string, state: RunState) => RunState {
  let lost: ReadonlySet<string> | null = null;
  return (name, state) => {
    if (state !== "running") return state;
    lost ??= new Set(reader.stamps(now).flatMap(({ run, isLost }) => (isLost ? [run] : [])));
    return lost.has(name) ? "interrupted" : state;
  };
}

/** Returns rows of the view `runs` with their live states. */
export function withLiveState(runs: readonly RunSummary[], reader: StoreReader): RunSummary[] {
  const stateOf = liveStates(reader);
  return runs.map((run) => {
    const state = stateOf(run.name, run.state);
    return state === run.state ? run : { ...run, state, reason: "process died" };
  });
}
