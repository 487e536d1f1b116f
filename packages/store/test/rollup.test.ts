import SqliteDatabase from "better-sqlite3";
import { expect, test } from "vitest";
import { joinRows, type StepBlock, spansOf } from "../src/index.ts";
import { LEVELS } from "../src/writing/rollup.ts";
import { CLAIM, claimedRun, readerAt, temporaryPath, writerAt } from "./make.ts";

const PARAMETERS = ["embedding", "hidden1.weight"];
const STEPS = 70_000;

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Steps with a NaN, an infinity and a zero now and then, and 20 steps without a finite loss. */
function someSteps(): StepBlock {
  const next = random(7);
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, 0];
  const value = (i: number) => (i % 97 === 0 ? (odd[i % 3] ?? 0) : next() * 10 ** (next() * -6));
  const loss = Float64Array.from({ length: STEPS }, (_, i) => value(i)).fill(Number.NaN, 64, 84);
  const lr = Float64Array.from({ length: STEPS }, (_, i) => (i < 40_000 ? 0.1 : 0.01));
  const ratios = Float32Array.from({ length: STEPS * PARAMETERS.length }, (_, i) => value(i));
  return { first: 0, count: STEPS, loss, lr, ratios };
}

function slice({ loss, lr, ratios }: StepBlock, first: number, end: number): StepBlock {
  const p = PARAMETERS.length;
  return {
    first,
    count: end - first,
    loss: loss.subarray(first, end),
    lr: lr.subarray(first, end),
    ratios: ratios.subarray(first * p, end * p),
  };
}

/** Appends the steps cut at these places and returns every rollup row. */
function rollupOf(steps: StepBlock, cuts: readonly number[]): unknown {
  const { path, writer, id } = claimedRun(PARAMETERS);
  let first = 0;
  for (const end of [...cuts, STEPS]) {
    writer.appendSteps(id, CLAIM.token, slice(steps, first, end));
    first = end;
  }
  return rollupRows(path);
}

function rollupRows(path: string): unknown {
  return readerAt(path).query(
    "select level, bucket, n, hex(data) from rollup order by level, bucket",
  ).rows;
}

/** Sum by sixteenths, as rollup.ts defines it. */
function sumOf(values: readonly number[], level: number): number {
  if (level === 1) return values[0] ?? 0;
  let sum = 0;
  for (let at = 0; at < values.length; at += level / 16) {
    sum += sumOf(values.slice(at, at + level / 16), level / 16);
  }
  return sum;
}

test("a row does not depend on how its steps were cut into blocks", () => {
  const steps = someSteps();
  const next = random(3);
  const cuts = Array.from({ length: 300 }, () => Math.floor(next() * STEPS));

  const whole = rollupOf(steps, []);

  expect(
    rollupOf(
      steps,
      [...new Set(cuts)].sort((a, b) => a - b),
    ),
  ).toEqual(whole);
  expect(rollupOf(steps, [1, 2, 15, 16, 17, 256, 4095, 65_535, 65_537])).toEqual(whole);
});

test("a writer that takes over after an abrupt end goes on with the same bits", () => {
  const steps = someSteps();
  const path = temporaryPath();
  const { writer, id } = claimedRun(PARAMETERS, path);
  writer.appendSteps(id, CLAIM.token, slice(steps, 0, 69_131));

  const second = writerAt(path);
  second.appendSteps(id, CLAIM.token, slice(steps, 69_131, 69_200));
  writer.appendSteps(id, CLAIM.token, slice(steps, 69_200, STEPS));

  expect(rollupRows(path)).toEqual(rollupOf(steps, []));
});

test.each(LEVELS)("level %i is what the finite steps say", (level) => {
  const steps = someSteps();
  const { path, writer, id } = claimedRun(PARAMETERS);
  writer.appendSteps(id, CLAIM.token, steps);

  const points = readerAt(path).curve("g/v", "loss", level);

  const expected = Array.from({ length: Math.ceil(STEPS / level) }, (_, bucket) => {
    const members = Array.from(steps.loss.subarray(bucket * level, (bucket + 1) * level));
    const finite = members.filter((loss) => Number.isFinite(loss));
    const n = finite.length;
    if (n === 0) return { step: bucket * level, n, min: null, mean: null, max: null };
    const sum = sumOf(
      members.map((loss) => (Number.isFinite(loss) ? loss : 0)),
      level,
    );
    return {
      step: bucket * level,
      n,
      min: Math.fround(finite.reduce((a, b) => Math.min(a, b))),
      mean: Math.fround(sum / n),
      max: Math.fround(finite.reduce((a, b) => Math.max(a, b))),
    };
  });
  expect(points).toEqual(expected);
});

test("a curve may be read in part, and step by step", () => {
  const { path, writer, id } = claimedRun(PARAMETERS);
  writer.appendSteps(id, CLAIM.token, slice(someSteps(), 0, 100));
  const reader = readerAt(path);

  const every = reader.curve("g/v", "log10_ratio:hidden1.weight", 1);
  const some = reader.curve("g/v", "loss", 16, { from: 20, to: 40 });

  expect(every.map(({ step }) => step)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect(every[5]?.mean).toBe(reader.ratiosAt("g/v", 5)?.ratios[1]?.log10Ratio);
  expect(some.map(({ step }) => step)).toEqual([16, 32]);
  expect(reader.curve("g/v", "log10_ratio:output.weight", 16)).toEqual([]);
});

test("a spike of one step is in the curve at every level", () => {
  const { path, writer, id } = claimedRun([]);
  const loss = new Float64Array(5000).fill(2);
  loss[3210] = 77;
  const lr = new Float64Array(5000);
  const ratios = new Float32Array(0);
  writer.appendSteps(id, CLAIM.token, { first: 0, count: 5000, loss, lr, ratios });

  const highest = LEVELS.map((level) =>
    Math.max(
      ...readerAt(path)
        .curve("g/v", "loss", level)
        .map(({ max }) => max ?? 0),
    ),
  );

  expect(highest).toEqual([77, 77, 77, 77]);
});

test("a curve with rows missing from the file is read as it is", () => {
  const { path, writer, id } = claimedRun(PARAMETERS);
  writer.appendSteps(id, CLAIM.token, slice(someSteps(), 0, 100));
  const reader = readerAt(path);
  const whole = reader.curve("g/v", "loss", 16);
  writer.close();
  const database = new SqliteDatabase(path);
  database.exec("delete from rollup where level = 16 and bucket = 2");
  database.close();

  expect(reader.curve("g/v", "loss", 16)).toEqual(whole.filter(({ step }) => step !== 32));
});

test("each step is read in the widest rows that are allowed there, and no step twice", () => {
  const widest = (step: number): number => step / 3;

  const spans = spansOf({ from: 10, to: 300_000 }, widest);

  expect(spans).toEqual([
    { level: 1, from: 10, to: 47 },
    { level: 16, from: 48, to: 767 },
    { level: 256, from: 768, to: 12_287 },
    { level: 4096, from: 12_288, to: 196_607 },
    { level: 65_536, from: 196_608, to: 300_000 },
  ]);
  expect(spansOf({ from: 0, to: 99 }, () => 17)).toEqual([{ level: 16, from: 0, to: 99 }]);
  expect(spansOf({ from: 0, to: 99 }, () => Number.NaN)).toEqual([{ level: 1, from: 0, to: 99 }]);
  expect(spansOf({ from: 5, to: 4 }, () => 1)).toEqual([]);
});

test("spans are joined series by series", () => {
  const { path, writer, id } = claimedRun(PARAMETERS);
  writer.appendSteps(id, CLAIM.token, slice(someSteps(), 0, 100));
  const reader = readerAt(path);
  const read = (from: number, to: number) =>
    reader.curves("g/v", ["loss", "lr"], { from, to, level: 1 });

  const joined = joinRows([read(0, 39), read(40, 99)]);

  expect(joined).toEqual(read(0, 99));
});
