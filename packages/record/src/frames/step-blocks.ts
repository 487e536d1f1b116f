/** Blocks of steps: those that follow each other as one, and those that nobody has recorded. */
import type { StepBlock } from "@ablate/core";
import type { LogEntry } from "../log.ts";

type StepsEntry = Extract<LogEntry, { readonly type: "steps" }>;

/** Numbers of a block of steps of which nothing is recorded: half a megabyte. */
const MOST_NUMBERS = 2 ** 17;

/** Joins blocks that follow each other and have the same metrics: each costs a store as much as many steps. */
export function joinSteps(entries: readonly LogEntry[]): readonly LogEntry[] {
  const joined: LogEntry[] = [];
  let some: StepsEntry[] = [];
  const flush = (): void => {
    if (some.length > 0) joined.push(oneOf(some));
    some = [];
  };
  for (const entry of entries) {
    if (entry.type !== "steps") {
      flush();
      joined.push(entry);
      continue;
    }
    const last = some.at(-1);
    if (last !== undefined && !follows(last, entry)) flush();
    some.push(entry);
  }
  flush();
  return joined;
}

function follows(last: StepsEntry, next: StepsEntry): boolean {
  const isNext = next.block.first === last.block.first + last.block.count;
  return isNext && `${last.metricNames}` === `${next.metricNames}`;
}

function oneOf(entries: readonly StepsEntry[]): StepsEntry {
  const [first] = entries;
  const last = entries.at(-1);
  if (first === undefined || last === undefined) throw new Error("there are no steps to join");
  if (first === last) return first;
  const blocks = entries.map(({ block }) => block);
  const metrics = blocks.map(({ metrics }) => metrics ?? new Float64Array());
  const block: StepBlock = {
    first: first.block.first,
    count: blocks.reduce((sum, { count }) => sum + count, 0),
    loss: joinedNumbers(blocks.map(({ loss }) => loss)),
    lr: joinedNumbers(blocks.map(({ lr }) => lr)),
    ratios: joinedRatios(blocks.map(({ ratios }) => ratios)),
    metrics: joinedNumbers(metrics),
  };
  return { ...last, block };
}

function joinedNumbers(arrays: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(arrays.reduce((sum, { length }) => sum + length, 0));
  fill(all, arrays);
  return all;
}

function joinedRatios(arrays: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  fill(all, arrays);
  return all;
}

type Settable<T> = { readonly set: (values: T, at: number) => void };

function fill<T extends { readonly length: number }>(all: Settable<T>, arrays: readonly T[]): void {
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
}

/** Returns steps of which nothing is recorded, as many as one block has, and its size. */
export function unrecordedSteps(
  first: number,
  end: number,
  parameters: number,
): { readonly entry: StepsEntry; readonly bytes: number } {
  const count = Math.min(end - first, Math.ceil(MOST_NUMBERS / (parameters + 2)));
  const numbers = new Float64Array(count).fill(Number.NaN);
  const ratios = new Float32Array(count * parameters).fill(Number.NaN);
  const block: StepBlock = { first, count, loss: numbers, lr: numbers, ratios };
  return {
    entry: { type: "steps", block, metricNames: [] },
    bytes: ratios.byteLength + 2 * numbers.byteLength,
  };
}
