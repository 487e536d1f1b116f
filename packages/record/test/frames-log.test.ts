/** Files of frames as runs, whatever becomes of the files. */
import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openReader, openWriter } from "@ablate/store";
import { expect, onTestFinished, test } from "vitest";
import { type RecordEvent, recordLogs } from "../src/index.ts";
import { framesOf, metricsFrame, runFrame, stepsFrame } from "./make-frames.ts";
import { contentOf, recordInto, temporaryFolder, writeLog } from "./record-make.ts";

function storedIn(folder: string) {
  const reader = openReader(join(folder, "ablate.db"));
  try {
    return reader.runs({}).map((run) => {
      const block = reader.steps(run.name, 0, 100_000);
      return {
        ...run,
        losses: [...block.loss],
        ratios: [...block.ratios],
        events: reader.events(run.name),
      };
    });
  } finally {
    reader.close();
  }
}

/** What one call records of the same frames. */
async function cleanly(files: Readonly<Record<string, readonly Uint8Array[]>>): Promise<unknown> {
  const folder = temporaryFolder();
  for (const [name, frames] of Object.entries(files)) writeLog(folder, name, frames);
  await recordInto(folder, [folder]);
  return contentOf(folder);
}

test("a file of frames is a run with every step, its metrics and its facts", async () => {
  const folder = temporaryFolder();
  writeLog(folder, "a.ablate", framesOf({ metrics: ["gradient_norm"] }));

  const { logs, troubles } = await recordInto(folder, [folder]);

  expect({ logs, troubles }).toEqual({ logs: 1, troubles: 0 });
  const [run] = storedIn(folder);
  expect(run).toMatchObject({ name: "gpt/base", state: "finished", engine: "pytorch", seed: 7 });
  expect(run?.losses).toHaveLength(100);
  expect(run?.losses[99]).toBe(4 / (1 + 99 / 50) + 1 / 100);
  expect(run?.ratios[3 * 99 + 2]).toBe(Math.fround(1e-3 * (1 + ((80 * 3 + 59) % 11))));
  const reader = openReader(join(folder, "ablate.db"));
  expect(reader.metricPoints("gpt/base", "gradient_norm").numbers[99]).toBe(99);
  expect(
    reader.metrics("gpt/base").map(({ name, unit, goal, role }) => [name, unit, goal, role]),
  ).toEqual([
    ["accuracy", "%", "max", null],
    ["gradient_norm", null, null, null],
    ["valid_loss", null, "min", "valid_loss"],
  ]);
  expect(reader.provenance("gpt/base")).toMatchObject({ torch: "2.15", ratios: "rms" });
  reader.close();
});

test("cut at every byte of its last frames, it is what its whole frames say, and goes on", async () => {
  const frames = framesOf({ steps: 40 });
  const whole = Buffer.concat(frames);
  const last = Buffer.concat(frames.slice(-2)).length;
  const expected = await cleanly({ "a.ablate": frames });
  const folder = temporaryFolder();
  const path = writeLog(folder, "a.ablate", []);
  const store = openWriter(join(folder, "ablate.db"));
  onTestFinished(() => store.close());
  const steps: number[] = [];
  const onEvent = (event: RecordEvent): void => {
    if (event.event === "progress" || event.event === "ended") steps.push(event.step);
    expect(event.event).not.toBe("trouble");
  };

  for (let size = whole.length - last; size <= whole.length; size++) {
    writeFileSync(path, whole.subarray(0, size));
    await recordLogs({ store, paths: [path], onEvent });
  }

  expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  expect(contentOf(folder)).toEqual(expected);
});

test("a run that was killed is interrupted, and goes on where another file resumes it", async () => {
  const first = framesOf({ steps: 60, end: null });
  const more = { id: "second", resumes: "run-id", start: 40, steps: 90 };
  const second = framesOf({ ...more, config: { lr: 0.05 } });
  const expected = await cleanly({ "a.ablate": first, "b.ablate": second });
  const folder = temporaryFolder();
  writeLog(folder, "a.ablate", first);
  await recordInto(folder, [folder]);
  expect(storedIn(folder)[0]).toMatchObject({ state: "interrupted", lastStep: 59 });

  writeLog(folder, "b.ablate", second);
  await recordInto(folder, [folder]);

  const runs = storedIn(folder);
  expect(runs).toHaveLength(1);
  expect(runs[0]).toMatchObject({ state: "finished", lastStep: 89 });
  expect(runs[0]?.events.map(({ kind, message }) => [kind, message])).toEqual([
    ["started", null],
    ["interrupted", "no end in its log"],
    ["resumed", "at step 40"],
    ["finished", "finished"],
  ]);
  expect(contentOf(folder)).toEqual(expected);
});

test("a run was trained when its frames say, by all of its processes, whenever it is recorded", async () => {
  const folder = temporaryFolder();
  const time = Date.UTC(2026, 1, 3);
  const first = framesOf({ id: "a", steps: 60, end: null, more: { time } });
  const more = { time: time + 3_600_000 };
  writeLog(folder, "a.ablate", first);
  writeLog(folder, "b.ablate", framesOf({ id: "b", resumes: "a", start: 60, steps: 80, more }));

  await recordInto(folder, [folder]);

  const [run] = storedIn(folder);
  expect(run).toMatchObject({
    startedAt: "2026-02-03T00:00:00.000Z",
    // A step takes 0.1 s by the frames; the second process says 8 s at its end.
    endedAt: "2026-02-03T01:00:08.000Z",
    stepsPerS: 80 / (6 + 8),
  });
  expect(run?.events[0]).toMatchObject({ kind: "started", atMs: time });
  const reader = openReader(join(folder, "ablate.db"));
  const { atMs } = reader.ticks("gpt/base");
  reader.close();
  expect([atMs[0], atMs.at(-1)]).toEqual([time + 2000, time + 3_608_000]);
});

test.each([[["train_loss", "loss"]], [["loss", "train_loss"]]])(
  "of the metrics %j one is the loss, and the other a mean, whichever comes first",
  async (names) => {
    const folder = temporaryFolder();
    const [first = "", second = ""] = names;
    writeFileSync(join(folder, "a.jsonl"), `{"step":0,"${first}":1}\n{"step":1,"${second}":2}\n`);

    await recordInto(folder, [folder]);

    const [run] = storedIn(folder);
    const { loss, trainLoss } = run ?? {};
    expect([loss, trainLoss]).toEqual(first === "loss" ? [1, 2] : [2, 1]);
  },
);

test("what was trained before the file, or lost, is unknown and not made up", async () => {
  const folder = temporaryFolder();
  writeLog(folder, "b.ablate", framesOf({ id: "b", resumes: "gone", start: 30, steps: 50 }));

  await recordInto(folder, [folder]);

  const [run] = storedIn(folder);
  expect(run?.losses.slice(0, 30).every(Number.isNaN)).toBe(true);
  expect(run?.losses[30]).toBe(4 / (1 + 30 / 50) + 2 / 100);
});

test("a file that has become shorter is told and read anew", async () => {
  const folder = temporaryFolder();
  const path = writeLog(folder, "a.ablate", framesOf({ steps: 100 }));
  await recordInto(folder, [folder]);
  const frames = framesOf({ steps: 40 });
  truncateSync(path, 0);
  appendFileSync(path, Buffer.concat(frames));

  const { events } = await recordInto(folder, [folder]);

  expect(events.find(({ event }) => event === "trouble")).toMatchObject({
    message: expect.stringContaining(
      "a.ablate is shorter than the part that was read; it is read again",
    ),
  });
  expect(storedIn(folder)[0]).toMatchObject({ state: "finished", lastStep: 39 });
});

test("another run in its place is another run", async () => {
  const folder = temporaryFolder();
  const path = writeLog(folder, "a.ablate", framesOf({}));
  await recordInto(folder, [folder]);
  rmSync(path);
  writeLog(folder, "a.ablate", framesOf({ id: "other", name: "gpt/other", steps: 200 }));

  await recordInto(folder, [folder]);

  expect(storedIn(folder).map(({ name, lastStep }) => [name, lastStep])).toEqual([
    ["gpt/base", 99],
    ["gpt/other", 199],
  ]);
});

test("a file that was moved, or copied, is the same run", async () => {
  const folder = temporaryFolder();
  const frames = framesOf({ end: null });
  const path = writeLog(folder, "a.ablate", frames);
  await recordInto(folder, [folder]);
  const before = contentOf(folder);
  renameSync(path, join(folder, "moved.ablate"));
  writeLog(folder, "copy.ablate", frames.slice(0, -3));

  const { events } = await recordInto(folder, [folder]);

  expect(contentOf(folder)).toEqual(before);
  expect(events.map(({ event }) => event)).toEqual(["found", "unchanged"]);
});

test("damage is told once, with its place, and what comes before it is kept", async () => {
  const folder = temporaryFolder();
  const frames = framesOf({ steps: 60 });
  const damaged = Buffer.concat(frames);
  const at = Buffer.concat(frames.slice(0, 5)).length + 40;
  damaged[at] = (damaged[at] ?? 0) ^ 1;
  const path = writeLog(folder, "a.ablate", [damaged]);

  const first = await recordInto(folder, [folder]);
  const second = await recordInto(folder, [folder]);

  const told = (one: typeof first) => one.events.filter(({ event }) => event === "trouble");
  expect(told(first)).toEqual([
    {
      event: "trouble",
      run: "gpt/base",
      message: `${path} is damaged after its step 39: a frame differs from its checksum; what comes before is kept`,
    },
  ]);
  expect(told(second)).toEqual([]);
  expect(storedIn(folder)[0]).toMatchObject({ state: "interrupted", lastStep: 39 });

  writeFileSync(path, Buffer.concat([...frames, metricsFrame(59)]));
  await recordInto(folder, [folder]);
  expect(storedIn(folder)[0]).toMatchObject({ state: "finished", lastStep: 59 });
});

test("files of other ranks are left out beside rank 0, and runs of their own without it", async () => {
  const folder = temporaryFolder();
  const world = { more: { world: 2 } };
  writeLog(folder, "r0.ablate", framesOf({ id: "r0", ...world }));
  const other = writeLog(folder, "r1.ablate", framesOf({ id: "r1", rank: 1, ...world }));

  await recordInto(folder, [folder]);
  expect(storedIn(folder).map(({ name }) => name)).toEqual(["gpt/base"]);

  await recordInto(folder, [other]);
  expect(storedIn(folder).map(({ name }) => name)).toEqual(["gpt/base", "gpt/base-rank1"]);
});

const HEAD = { steps: [runFrame({}), stepsFrame({}, 0, 10)] };

test.each<[string, readonly Uint8Array[], string]>([
  ["no frame `run`", [stepsFrame({}, 0, 10)], "a file of frames begins with the frame `run`"],
  [
    "a parameter twice",
    [runFrame({ more: { parameters: [{ name: "a" }, { name: "a" }] } })],
    "parameter a twice",
  ],
  ["no id", [runFrame({ id: "" })], "it has no id"],
  [
    "a shape of words",
    [runFrame({ more: { parameters: [{ name: "a", shape: ["x"] }] } })],
    "the shape of its parameter a",
  ],
  ["a config of numbers", [runFrame({ more: { config: 3 } })], "its config is no JSON object"],
  ["a start below 0", [runFrame({ start: -1 })], "its start is no whole number from 0 on: -1"],
  ["a gap", [...HEAD.steps, stepsFrame({}, 20, 10)], "its steps from 20 on do not follow step 9"],
  ["other ratios", [...HEAD.steps, stepsFrame({ parameters: 2 }, 10, 10)], "its ratios has"],
])("frames with %s are told in a sentence", async (_, frames, sentence) => {
  const folder = temporaryFolder();
  writeLog(folder, "a.ablate", frames);

  const { events } = await recordInto(folder, [folder]);

  const [trouble] = events.filter(({ event }) => event === "trouble");
  expect(trouble).toMatchObject({ message: expect.stringContaining(sentence) });
});
