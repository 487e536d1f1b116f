/** Shows logs in the UI while a process of its own brings them into a store. */
import { existsSync } from "node:fs";
import { LogFollower, recordLogs } from "@ablate/record";
import { openWriter } from "@ablate/store";
import { asLine } from "@ablate/text";
import type { LogSource, UiOptions } from "@ablate/tui";
import type { Invocation } from "../command-line/command.ts";
import { interruptible } from "../command-line/interrupt.ts";
import { storePath } from "../store/open.ts";
import { type CachedStore, cachedStore } from "./log-cache.ts";
import { pathOf } from "./words.ts";

/** A store that logs are recorded into, and what is said of it. */
export type LogStore = Omit<CachedStore, "lock"> & {
  readonly lock: string | null;
  readonly title: string;
  /** As they were written. */
  readonly words: readonly string[];
  readonly paths: readonly string[];
};

/** Finds the store for logs: the one that is named, else one in the user's folder for caches. */
export function storeForLogs(invocation: Invocation, words: readonly string[]): LogStore {
  const { flags, terminal } = invocation;
  const paths = words.map((word) => pathOf(invocation, word));
  const title = titleOf(words);
  const asked = { title, words, paths };
  if (!flags.has("store")) return { ...cachedStore(paths, terminal.environment), ...asked };
  const path = storePath(invocation);
  if (!existsSync(path)) openWriter(path).close();
  return { path, lock: null, isKept: true, discard: () => {}, ...asked };
}

function titleOf(words: readonly string[]): string {
  const [first = "", ...others] = words;
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

/** Says in a sentence where what is shown is kept, and how it can be kept elsewhere. */
function keepingText({ isKept, lock, words }: LogStore): string | undefined {
  if (lock === null) return undefined;
  const where = isKept ? "cached" : "in a temporary file";
  return `\`ablate record ${words.join(" ")}\` keeps these runs in ablate.db; here they are ${where}`;
}

/** Records what is there and then draws; the exit code. */
export async function showOnce(
  { terminal }: Invocation,
  logs: LogStore,
  draw: (source: LogSource) => string,
): Promise<number> {
  const { path, paths, lock, title } = logs;
  const status = { isReading: false, found: 0, read: 0, trouble: null };
  const source = { title, status: () => status, takeNews: () => [] };
  const work = async (signal: AbortSignal): Promise<void> => {
    const store = openWriter(path);
    try {
      await recordLogs({
        ...{ store, paths, signal, isCache: lock !== null },
        onEvent: (event) => {
          if (event.event === "trouble") terminal.warn(asLine(`ablate: ${event.message}`));
        },
      });
    } finally {
      store.close();
    }
    if (!signal.aborted) terminal.write(draw(source));
  };
  try {
    return await interruptible(work, () => {});
  } finally {
    logs.discard();
  }
}

/** Shows logs until the user quits; the exit code. */
export async function showLive(
  logs: LogStore,
  notes: readonly string[],
  open: (options: Pick<UiOptions, "source" | "hint">) => Promise<number>,
): Promise<number> {
  const { path, paths, lock, title } = logs;
  const source = new LogFollower(title, { store: path, paths, lock });
  try {
    return await open({ source, hint: notes[0] ?? keepingText(logs) });
  } finally {
    await source.close();
    logs.discard();
  }
}
