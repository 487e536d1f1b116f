import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openReader, openWriter } from "@ablate/store";
import { expect, test } from "vitest";
import { FIXED32, FIXED64, VARINT, WireError, WireReader } from "../src/protobuf.ts";
import { recordLogs } from "../src/recorder.ts";
import { EventWriter } from "../src/tfevents/event-writer.ts";
import { tfevents } from "../src/tfevents/tfevents.ts";
import { temporaryFolder } from "./python-log.ts";
import { emptyLog, logOf, logsOf, points, readLog, readOn } from "./read-log.ts";

const NAME = "events.out.tfevents.1700000000.host";

/** An event file of what `write` writes. */
function eventFile(
  write: (writer: EventWriter) => void,
  { folder = temporaryFolder(), name = NAME, wall = 1_700_000_000 } = {},
): string {
  const pieces: Uint8Array[] = [];
  const writer = new EventWriter((bytes) => pieces.push(Buffer.from(bytes)), wall);
  write(writer);
  writer.close();
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, Buffer.concat(pieces));
  return path;
}

function losses(writer: EventWriter, steps: readonly number[], value = 1): void {
  for (const step of steps) writer.scalar("loss", { step, wall: 1_700_000_001 + step }, value);
}

const HUNDRED = [...Array(100).keys()];

test("a file that grows is read as far as its events are whole, wherever it ends for now", () => {
  const whole = eventFile((writer) => losses(writer, HUNDRED));
  const growing = join(temporaryFolder(), NAME);
  copyFileSync(whole, growing);
  const { length } = readFileSync(whole);
  truncateSync(growing, 60);
  const reader = logOf(tfevents, [growing]).open([]);
  const into = emptyLog();
  for (let size = 60; size < length + 7; size += 7) {
    copyFileSync(whole, growing);
    truncateSync(growing, Math.min(size, length));
    readOn(reader, into);
  }

  expect(into.troubles).toEqual([]);
  expect(points(into, "loss")).toEqual(HUNDRED.map((step) => [step, 1]));
});

test("a wrong byte is told in one sentence, and costs nothing before it", () => {
  const path = eventFile((writer) => losses(writer, HUNDRED));
  const bytes = readFileSync(path);
  let told = 0;
  for (let at = 60; at < bytes.length; at += 13) {
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ 0x10;
    writeFileSync(path, flipped);
    const log = readLog(logOf(tfevents, [path]));
    const read = points(log, "loss");
    expect(read).toEqual(HUNDRED.slice(0, read.length).map((step) => [step, 1]));
    expect(log.troubles).toHaveLength(1);
    expect(log.troubles[0]).toMatch(/: byte \d+: a (length|record) that is not what its checksum/);
    const [, byte = ""] = /byte (\d+)/.exec(log.troubles[0] ?? "") ?? [];
    expect(Number(byte)).toBeLessThanOrEqual(at);
    expect(Number(byte)).toBeGreaterThan(at - 80);
    told++;
  }
  expect(told).toBeGreaterThan(200);
});

test("steps that no run has are told once and left out", () => {
  const path = eventFile((writer) => {
    writer.scalar("loss", { step: 2 ** 60, wall: 1 }, 1);
    writer.scalar("loss", { step: 2 ** 61, wall: 1 }, 1);
    losses(writer, [3]);
  });

  const log = readLog(logOf(tfevents, [path]));

  expect(points(log, "loss")).toEqual([[3, 1]]);
  expect(log.troubles).toEqual([
    `${path}: numbers of step ${2 ** 60} are left out: no step is that large`,
  ]);
});

test("steps that come late take their places; of one step the later number stays", () => {
  const path = eventFile((writer) => {
    losses(writer, [0, 5, 9]);
    losses(writer, [7, 5, 8], 2);
  });

  const [five, seven, eight] = [5, 7, 8].map((step) => [step, 2]);
  expect(points(readLog(logOf(tfevents, [path])), "loss")).toEqual([
    ...[[0, 1], five, seven, eight],
    [9, 1],
  ]);
});

test("a metric of a later file begins again where it begins there, and others stay", () => {
  const folder = join(temporaryFolder(), "run");
  const first = eventFile(
    (writer) => {
      losses(writer, HUNDRED);
      for (const step of [0, 50, 90]) writer.scalar("accuracy", { step, wall: 1 }, 0.5);
    },
    { folder },
  );
  const name = "events.out.tfevents.1700000999.host";
  const second = eventFile((writer) => losses(writer, [60, 61], 2), { folder, name });
  const log = logOf(tfevents, [second, first]);

  const read = readLog(log);

  const kept = HUNDRED.slice(0, 60).map((step) => [step, 1]);
  expect(points(read, "loss")).toEqual([...kept, [60, 2], [61, 2]]);
  expect(points(read, "accuracy").map(([step]) => step)).toEqual([0, 50, 90]);
  expect(log).toMatchObject({ label: "run", paths: [first, second] });
});

test("a folder in a run's that is called as one of add_scalars keeps its metrics apart", () => {
  const folder = join(temporaryFolder(), "run");
  const main = eventFile((writer) => losses(writer, [0]), { folder });
  const within = eventFile(
    (writer) => {
      losses(writer, HUNDRED, 2);
      writer.scalar("accuracy", { step: 5, wall: 1 }, 0.5);
    },
    { folder: join(folder, "loss_late"), wall: 6 },
  );

  const read = readLog(logOf(tfevents, [main, within]));

  expect(points(read, "loss")).toEqual([[0, 1]]);
  expect(points(read, "loss/late")).toHaveLength(100);
  expect(points(read, "loss_late/accuracy")).toEqual([[5, 0.5]]);
});

test("a run began, ended and took as long as its events say", async () => {
  const path = eventFile((writer) => losses(writer, HUNDRED));
  const file = join(temporaryFolder(), "ablate.db");
  const store = openWriter(file);
  await recordLogs({ store, paths: [path] });
  store.close();

  const reader = openReader(file);
  const { rows } = reader.query(
    "select train_seconds, json_extract(provenance, '$.started'), v.started_at, v.ended_at from run join runs v on v.run = name",
  );
  reader.close();
  const [start, end] = ["2023-11-14T22:13:20.000Z", "2023-11-14T22:15:00.000Z"];
  expect(rows).toEqual([[100, start, start, end]]);
});

test("settings that Lightning writes beside the events are those of the run", () => {
  const path = eventFile((writer) => losses(writer, [0]));
  writeFileSync(join(dirname(path), "hparams.yaml"), "lr: 0.5\nseed: 3\n");

  expect(readLog(logOf(tfevents, [path])).run).toMatchObject({ config: { lr: 0.5 }, seed: 3 });
});

test("each folder is a run, named by where it is in that of all; copies of one file are one", () => {
  const folder = join(temporaryFolder(), "runs");
  const files = ["a", "sweep/lr=1", "sweep/lr=2"].map((name, i) =>
    eventFile((writer) => losses(writer, [0]), { folder: join(folder, name), wall: 5 + i }),
  );

  const logs = logsOf(tfevents, files);

  expect(logs.map(({ grid, label }) => `${grid}/${label}`)).toEqual([
    "runs/a",
    "runs/sweep/lr=1",
    "runs/sweep/lr=2",
  ]);
  expect(new Set(logs.map(({ identity }) => identity)).size).toBe(3);
});

test("bytes that are no message are an error, never a crash or a loop", () => {
  let state = 22;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  let errors = 0;
  for (let run = 0; run < 20_000; run++) {
    const bytes = Buffer.from(Array.from({ length: random(60) }, () => random(256)));
    try {
      readAll(new WireReader(bytes), 0);
    } catch (error) {
      expect(error).toBeInstanceOf(WireError);
      errors++;
    }
  }
  expect(errors).toBeGreaterThan(10_000);
});

/** Reads every field, in every way that its kind allows. */
function readAll(reader: WireReader, depth: number): void {
  for (let field = 0; reader.next(); field++) {
    const way = reader.key % 8;
    if (way === VARINT) reader.integer();
    else if (way === FIXED64) reader.double();
    else if (way === FIXED32) reader.float();
    else if (way === 2 && field % 2 === 0 && depth < 5) {
      const outer = reader.enter();
      readAll(reader, depth + 1);
      reader.leave(outer);
    } else if (way === 2 && field % 3 === 0) reader.text();
    else reader.skip();
  }
}

test.each([
  [[0], 0],
  [[127], 127],
  [[0x80, 1], 128],
  [[0xff, 0xff, 0xff, 0xff, 0x0f], 2 ** 32 - 1],
  [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], -1],
  [[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], -2],
  [[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1], -(2 ** 63)],
])("the bytes %j are the integer %i", (bytes, number) => {
  const reader = new WireReader(Buffer.from([8, ...bytes]));
  expect(reader.next()).toBe(true);
  expect(reader.integer()).toBe(number);
});
