import type { TrashEntry } from "@ablate/store";
import { bytes, count, counted, duration, right, table } from "@ablate/text";
import type { Paint } from "../command-line/terminal.ts";
import { tableStyle } from "./styles.ts";

/** Tables what is in the trash, since when, and what purging it frees. */
export function trashTable(entries: readonly TrashEntry[], now: number, paint: Paint): string {
  return table(
    ["in the trash", "", right("runs"), right("size"), right("for")],
    entries.map(({ name, kind, runs, bytes: size, atMs }) => [
      name,
      kind,
      count(runs),
      bytes(size),
      duration(Math.max(0, now - atMs) / 1000),
    ]),
    tableStyle(paint),
  );
}

/** Makes a JSON record of an entry. */
export function trashRecord({ kind, name, runs, bytes: size, atMs }: TrashEntry): object {
  return { kind, name, runs, bytes: size, trashed_at: new Date(atMs).toISOString() };
}

/** Names an entry: `grid quickstart with 7 runs`. */
export function trashName({ kind, name, runs }: TrashEntry): string {
  return kind === "run" ? name : `grid ${name} with ${runs === 1 ? "1 run" : `${runs} runs`}`;
}

/** Sums entries up: `3 runs, about 12 MB`. */
export function trashTotal(entries: readonly TrashEntry[]): string {
  const { runs, size } = trashSum(entries);
  return `${counted(runs, "run")}, about ${bytes(size)}`;
}

/** Counts runs and bytes. */
export function trashSum(entries: readonly TrashEntry[]): {
  readonly runs: number;
  readonly size: number;
} {
  const runs = entries.reduce((sum, entry) => sum + entry.runs, 0);
  return { runs, size: entries.reduce((sum, entry) => sum + entry.bytes, 0) };
}
