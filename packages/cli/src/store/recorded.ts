/** Runs that are recorded from logs of other programs, and what cannot be asked of them. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { RunSummary } from "@ablate/store";
import type { Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { withAnyReader } from "./open.ts";

/** @throws UsageError - if a run is recorded from a log; `why` ends the sentence */
export function refuseRecorded({ name, source }: RunSummary, why: string): void {
  if (source !== null) throw new UsageError(`${name} is recorded from a log (${source}): ${why}`);
}

/**
 * Says of a word where a config belongs that it is a recorded run, or a grid of such runs.
 *
 * @throws UsageError - if it is, and no file
 */
export function refuseRecordedConfig(invocation: Invocation, word: string): void {
  const path = resolve(invocation.terminal.folder, word);
  if (word === "-" || statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  const runs = withAnyReader(invocation, (reader) => reader.runs()) ?? [];
  const meant = runs.filter(({ name, label, grid }) => [name, label, grid].includes(word));
  const [run] = meant;
  if (run === undefined || meant.some(({ source }) => source === null)) return;
  const isGrid = run.grid === word && run.name !== word;
  const what = isGrid ? "has runs that are recorded from logs" : "is recorded from a log";
  throw new UsageError(
    `${word} ${what} (${run.source}): another program trains ${isGrid ? "them" : "it"}, and no config of ours`,
  );
}
