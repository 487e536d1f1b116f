/** What the words of `ablate ui` are: files and folders of logs, a store, or names of runs and grids in one. */
import { statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, resolve } from "node:path";
import { isStoreFile, isStoreName, openReader, StoreError } from "@ablate/store";
import { systemReason } from "@ablate/text";
import type { Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { refuseNoLog } from "../record/no-log.ts";
import { storePath } from "../store/open.ts";
import { refuseNever } from "./awaited.ts";

export type Words = {
  /** Files and folders that logs are looked for in, as they were written. */
  readonly logs: readonly string[];
  /** A store that is named by a word. */
  readonly store: string | null;
  /** Words for runs and grids of a store. */
  readonly runs: readonly string[];
  /** Sentences about words that are a path and a name. */
  readonly notes: readonly string[];
};

/**
 * @param isAwaiting - what is plainly a path may come later
 * @throws UsageError - if a path cannot be looked at, or two stores are named
 */
export function readWords(invocation: Invocation, isAwaiting: boolean): Words {
  const { flags } = invocation;
  const words = [...flags.positionals, ...flags.rest];
  const kinds = words.map((word) => ({ word, kind: kindOf(invocation, word, isAwaiting) }));
  const of = (kind: Kind) => kinds.flatMap((one) => (one.kind === kind ? [one.word] : []));
  const stores = of("store");
  const [store = null, second] = stores;
  const named = flags.text("store");
  if (store !== null && (second ?? named) !== undefined) {
    throw new UsageError(`${store} and ${second ?? named} are both stores; one is shown at a time`);
  }
  const [logs, runs] = [[...of("file"), ...of("folder")], of("name")];
  if (store !== null && logs.length > 0) {
    const words = `--store ${store} ${logs.join(" ")}`;
    throw new UsageError(`${store} is a store; \`ablate ui ${words}\` records the logs into it`);
  }
  const notes = kinds.flatMap(({ word, kind }) =>
    kind === "name" ? [] : noteOf(invocation, word, kind === "folder" ? "folder" : "file"),
  );
  return { logs, store, runs, notes };
}

type Kind = "file" | "folder" | "store" | "name";

/** Says what a word is; where something is at that path, it is that. */
function kindOf(invocation: Invocation, word: string, isAwaiting: boolean): Kind {
  const path = pathOf(invocation, word);
  const missing = () => (isAwaiting ? awaited(path, word) : missingNow(word));
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return missing();
    if (found.isDirectory()) return "folder";
    if (found.isFile() && isStoreFile(path)) return "store";
    if (found.isFile()) refuseNoLog(word);
    return "file";
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const reason = error instanceof Error ? systemReason(error) : undefined;
    // A name with more in it than a path may have is no path.
    if (error instanceof Error && "code" in error && error.code !== "EACCES") return missing();
    throw reason === undefined ? error : new UsageError(`${word}: ${reason}`);
  }
}

/** Returns the path that a word is, whether anything is there or not. */
export function pathOf({ terminal }: Invocation, word: string): string {
  return resolve(terminal.folder, word.startsWith("~/") ? `${homedir()}${word.slice(1)}` : word);
}

function missingNow(word: string): Kind {
  if (!isPlainlyPath(word)) return "name";
  throw new UsageError(`there is no file or folder ${word}`);
}

/** Says what a word will be when something is there. */
function awaited(path: string, word: string): Kind {
  const isStore = isStoreName(word);
  if (!isStore && !isPlainlyPath(word)) return "name";
  refuseNever(path);
  return isStore ? "store" : "folder";
}

/** Whether a word can be nothing but a path: no run or grid is called so. */
function isPlainlyPath(word: string): boolean {
  return /^(?:\.{0,2}|~)\/|^\.{1,2}$/.test(word) || word.endsWith("/");
}

/** Says how either is meant where a word is a path and the name of a run or a grid of the store. */
function noteOf(invocation: Invocation, word: string, kind: "file" | "folder"): string[] {
  if (isPlainlyPath(word)) return [];
  const path = storePath(invocation);
  const meaning = nameIn(path, word);
  if (meaning === null) return [];
  const own = word.replace(/\/+$/, "");
  const other = `${meaning}=${/^[\w./-]+$/.test(own) ? own : JSON.stringify(own)}`;
  return [
    `${own} is a ${kind} and a ${meaning} of ${basename(path)}: the ${kind} is shown, always as ./${own}; the ${meaning} is ${other}`,
  ];
}

/** Returns what a word is the name of in a store; null where there is no such store, or no such name. */
function nameIn(path: string, word: string): "grid" | "run" | null {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return null;
  try {
    const reader = openReader(path);
    try {
      const meaning = reader.resolve(word, { grids: true, whole: true });
      if (meaning === undefined) return null;
      return meaning.grid === null ? "run" : "grid";
    } finally {
      reader.close();
    }
  } catch (error) {
    if (error instanceof StoreError) return null;
    throw error;
  }
}
