import { expect, test } from "vitest";
import { heldWorkers } from "./held-workers.ts";
import { ablate, jsonRows, makeFolder } from "./make.ts";
import { startHeldRun } from "./start-run.ts";
import { train } from "./train.ts";

/** A folder whose two runs are trained, quickly. */
async function trainedFolder(): Promise<string> {
  const folder = makeFolder();
  await train(folder, "small.yaml", "--steps", "20");
  return folder;
}

test("tags are given, taken away, listed and found", async () => {
  const folder = await trainedFolder();
  expect((await ablate(folder, "runs")).stdout).not.toContain("tags");

  const { status, stdout, stderr } = await ablate(folder, "tag", "plain", "baseline", "old");
  expect([status, stdout, stderr]).toEqual([0, "small/plain: added baseline, old\n", ""]);
  expect((await ablate(folder, "tag", "plain", "--remove", "old", "--remove", "x")).stdout).toBe(
    "small/plain: removed old; did not have x\n",
  );

  expect((await ablate(folder, "runs")).stdout).toMatch(/steps\/s {2}tags\n/);
  const found = jsonRows(await ablate(folder, "runs", "tag:base", "--json"));
  expect(found.map(({ run, tags }) => [run, tags])).toEqual([["small/plain", "baseline"]]);
  expect((await ablate(folder, "show", "plain")).stdout).toMatch(/tags +baseline\n/);
  expect((await ablate(folder, "show", "normed")).stdout).not.toMatch(/^ +(tags|note) /m);
  expect((await ablate(folder, "tag", "small", "lecture")).stdout).toBe(
    "grid small: added lecture\n",
  );
});

test("a note is shown, searched and removed", async () => {
  const folder = await trainedFolder();

  expect((await ablate(folder, "note", "plain", "too", "-slow-")).stdout).toBe(
    "small/plain: noted\n",
  );

  expect((await ablate(folder, "show", "plain")).stdout).toMatch(/note +too -slow-\n/);
  expect(jsonRows(await ablate(folder, "show", "plain", "--json"))[0]?.note).toBe("too -slow-");
  const plan = await ablate(
    folder,
    "plan",
    "small.yaml",
    "--steps",
    "20",
    "--only",
    "note:slow",
    "--json",
  );
  expect(jsonRows(plan).map(({ run }) => run)).toEqual(["small/plain"]);
  expect(jsonRows(await ablate(folder, "runs", "has:note", "--json"))[0]).not.toHaveProperty(
    "note",
  );
  expect((await ablate(folder, "note", "plain", "--remove")).stdout).toBe(
    "small/plain: removed its note\n",
  );
  expect(jsonRows(await ablate(folder, "show", "plain", "--json"))[0]?.note).toBeNull();
});

test("a note of several lines stays in its column", async () => {
  const folder = await trainedFolder();
  await ablate(folder, "note", "plain", "one\ntwo");

  const { stdout } = await ablate(folder, "show", "plain");

  const lines = stdout.split("\n");
  const first = lines.findIndex((line) => /^ +note /.test(line));
  expect(lines[first + 1]?.indexOf("two")).toBe(lines[first]?.indexOf("one"));
});

test("a renamed run keeps its name, and is not trained again", async () => {
  const folder = await trainedFolder();

  expect((await ablate(folder, "rename", "plain", "best")).stdout).toBe(
    "renamed small/plain to small/best\n",
  );

  const plan = jsonRows(await ablate(folder, "plan", "small.yaml", "--steps", "20", "--json"));
  expect(plan.map(({ run, state }) => [run, state])).toEqual([
    ["small/best", "finished"],
    ["small/normed", "finished"],
  ]);
  const again = await ablate(folder, "run", "small.yaml", "--steps", "20");
  expect(again.stderr).toContain("small/best: already trained");
  expect(again.stderr).not.toContain("[1/");
  expect(
    (await ablate(folder, "run", "small.yaml", "--steps", "20", "--only", "best")).status,
  ).toBe(0);
  expect(
    jsonRows(await ablate(folder, "runs", "--json")).map(({ run, label }) => [run, label]),
  ).toEqual([
    ["small/best", "best"],
    ["small/normed", "normed"],
  ]);
});

test.each([
  [["tag", "plain"], "TAG is missing; usage: ablate tag RUN|GRID TAG..."],
  [["tag", "plain", "-old"], "a tag does not begin with a dash; write --remove old"],
  [["tag", "plain", "a,b"], '"a,b" is not a tag'],
  [["tag", "plian", "a"], 'there is no run or grid "plian"; did you mean plain?'],
  [["tag", "smal1", "a"], 'there is no run or grid "smal1"; did you mean small?'],
  [["note", "plain"], "TEXT is missing; usage: ablate note RUN|GRID TEXT..."],
  [["note", "plain", "x", "--remove"], "--remove and TEXT exclude each other"],
  [["rename", "plain"], "NAME is missing; usage: ablate rename RUN NAME"],
  [["rename", "plain", "normed"], "small/normed is another run"],
  [["rename", "small", "large"], "small is a grid, which is its `name` in the config"],
  [["tag", "plain", "a", "--store", "none.db"], "there is no store at"],
])("%j is a sentence on stderr and exit code 2", async (args, sentence) => {
  const { status, stdout, stderr } = await ablate(await trainedFolder(), ...args);

  expect(stderr).toContain(sentence);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect([status, stdout]).toEqual([2, ""]);
});

test("runs are tagged, noted and renamed while they are trained, and nothing is lost", async () => {
  const folder = makeFolder();
  const steps = 5000;
  const long = ["small.yaml", "--steps", `${steps}`, "--workers", "2"];
  const { ended } = startHeldRun("steps 9 SIGSTOP 2", folder, ...long);
  const { release } = await heldWorkers(folder, 2);

  const said = [
    await ablate(folder, "tag", "small/plain", "live"),
    await ablate(folder, "note", "small/plain", "seen live"),
    await ablate(folder, "rename", "small/plain", "watched"),
    await ablate(folder, "tag", "small", "grid"),
  ];
  release();

  expect(said.map(({ status, stderr }) => [status, stderr])).toEqual(said.map(() => [0, ""]));
  expect(await ended).toBe(0);
  const shown = jsonRows(await ablate(folder, "show", "watched", "--json"))[0];
  expect(shown).toMatchObject({ state: "finished", tags: "live", note: "seen live" });
  const counts = "select run, count(*) n, max(step) last from loss group by run order by run";
  expect(jsonRows(await ablate(folder, "query", counts, "--json"))).toEqual([
    { run: "small/normed", n: steps, last: steps - 1 },
    { run: "small/watched", n: steps, last: steps - 1 },
  ]);
});
