import { join } from "node:path";
import { wholeRun } from "@ablate/runner/test/whole-store";
import { beforeAll, expect, test } from "vitest";
import { breakAt } from "./held-workers.ts";
import { makeFolder, spawnAblate, spawnAblateWith } from "./make.ts";

const RUN = "small/normed";
const COMMAND = [
  ...["run", "small.yaml", "--only", "normed", "--steps", "130", "--workers", "1", "--quiet"],
  ...["--set", "record.evaluate={ every: 40 }", "--set", "record.checkpoint={ every: 30 }"],
  ...["--set", "record.probes={ every: 50 }"],
];
let undisturbed = "";

beforeAll(() => {
  undisturbed = makeFolder();
  expect(spawnAblate(undisturbed, ...COMMAND).status).toBe(0);
});

test.each([
  ["before it has begun", "started 1", ""],
  ["on the way", "steps 5", ""],
  ["at an evaluation", "evaluation 2", " goes on at step 60"],
  ["with its last checkpoint", "checkpoint 4", " goes on at step 90"],
  ["when it has evaluated and sampled at the end", "ended 1", " goes on at step 120"],
])("a worker that is killed %s costs nothing but time", (_, at, from) => {
  const folder = makeFolder();

  const { status, stderr } = spawnAblateWith(breakAt(`${at} SIGKILL`), folder, ...COMMAND);

  expect([status, stderr]).toEqual([0, `${RUN}: worker died: SIGKILL; attempt 2${from}\n`]);
  expect(wholeRun(join(folder, "ablate.db"), RUN)).toEqual(
    wholeRun(join(undisturbed, "ablate.db"), RUN),
  );
});
