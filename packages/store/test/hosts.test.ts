import SqliteDatabase from "better-sqlite3";
import { expect, test } from "vitest";
import {
  areOnSeveralHosts,
  boundFilter,
  filterSubject,
  hostsText,
  type Provenance,
  parseFilter,
} from "../src/index.ts";
import {
  blockOf,
  CLAIM,
  claimedRun,
  gridOf,
  plannedRun,
  readerAt,
  temporaryPath,
  writerAt,
} from "./make.ts";

test("a run says the machine that trained it last, and is found by it", () => {
  const path = temporaryPath();
  const writer = writerAt(path);
  const stored = writer.planGrid(gridOf(["a", "b", "c"].map((label) => plannedRun(label))));
  const [a = 0, b = 0] = stored.map(({ id }) => id);
  writer.claimRun(a, CLAIM, { host: "box1" }, []);
  writer.claimRun(b, CLAIM, { host: "box1" }, []);
  writer.describeRun(b, CLAIM.token, { provenance: { host: "box2" } });

  const runs = readerAt(path).runs();
  expect(runs.map(({ host }) => host)).toEqual(["box1", "box2", null]);
  const isOn = boundFilter(parseFilter("host:box2"), runs.map(filterSubject));
  expect(runs.filter((run) => isOn.matches(filterSubject(run))).map(({ name }) => name)).toEqual([
    "g/b",
  ]);
});

test.each([
  [{ host: "box1", worker: "box1 4711" }, "box1"],
  [{ host: 7 }, null],
  [{ host: null }, null],
  [{}, null],
])("of what a provenance says, %j, the machine is %j", (said, host) => {
  const { path, writer, id } = claimedRun([]);
  writer.describeRun(id, CLAIM.token, { provenance: said });

  expect(readerAt(path).runs()[0]?.host).toBe(host);
});

test.each([
  ['["host","box1"]', "a list"],
  ["null", "null"],
  ["host: box1", "no JSON"],
  ['{"host":{"host":"box1"}}', "a map of maps"],
])("a run whose provenance is %s (%s) was trained on no known machine", (said) => {
  const { path, writer, id } = claimedRun([]);
  writer.appendCheckpoint(id, CLAIM.token, CHECKPOINT, TEN_STEPS);
  const database = new SqliteDatabase(path);
  database.prepare("update run set provenance = ?").run(said);
  const shown = database.prepare("select run, host from runs").all();
  database.close();

  expect(shown).toEqual([{ run: "g/v", host: null }]);
  writer.resumeRun(id, CLAIM, { host: "box2" }, { runId: id, run: "g/v", step: 10 });
  expect(readerAt(path).runs()[0]?.host).toBe("box2");
  expect(lastMessage(path)).toBe("at step 10");
});

test.each<[Provenance, Provenance, string]>([
  [{ host: "box1" }, { host: "box2" }, "at step 10, on box2 after box1"],
  [{ host: "box1", worker: "a" }, { host: "box1", worker: "b" }, "at step 10"],
  [{ host: "box1" }, {}, "at step 10"],
  [{}, { host: "box2" }, "at step 10"],
])("of a run that was trained on %j and goes on by %j its log says: %s", (before, now, said) => {
  const { path, writer, id } = claimedRun([]);
  writer.describeRun(id, CLAIM.token, { provenance: before });
  writer.appendCheckpoint(id, CLAIM.token, CHECKPOINT, TEN_STEPS);
  writer.resumeRun(id, CLAIM, now, { runId: id, run: "g/v", step: 10 });

  expect(lastMessage(path)).toBe(said);
});

test("where another revision goes on too, the log says that first: other bits matter more", () => {
  const { path, writer, id } = claimedRun([]);
  writer.describeRun(id, CLAIM.token, { provenance: { host: "box1" } });
  writer.appendCheckpoint(id, CLAIM.token, CHECKPOINT, TEN_STEPS);
  const claim = { ...CLAIM, revision: 7 };
  writer.resumeRun(id, claim, { host: "box2" }, { runId: id, run: "g/v", step: 10 });

  expect(lastMessage(path)).toBe("at step 10, by revision 7 after 1, on box2 after box1");
});

test("a longer run that goes on from a shorter one of another machine says so", () => {
  const path = temporaryPath();
  const writer = writerAt(path);
  const stored = writer.planGrid(gridOf([plannedRun("short"), plannedRun("long")]));
  const [short = 0, long = 0] = stored.map(({ id }) => id);
  writer.claimRun(short, CLAIM, { host: "box1" }, []);
  writer.appendCheckpoint(short, CLAIM.token, CHECKPOINT, TEN_STEPS);
  writer.resumeRun(
    long,
    { ...CLAIM, token: "long" },
    { host: "box2" },
    { runId: short, run: "g/short", step: 10 },
  );

  expect(lastMessage(path, "g/long")).toBe("from g/short at step 10, on box2 after box1");
});

const at = (host: string | null, state = "finished") => ({ host, state });

test.each([
  [[], ""],
  [[at("here"), at(null), at("here", "running")], ""],
  [[at("box2", "running")], "trains on box2"],
  [[at("box2")], "trained on box2"],
  [[at("box2", "running"), at(null, "pending")], "training on box2"],
  [
    [at("box2", "running"), at("here"), at("box2"), at("box2")],
    "training on box2 · trained on box2 ×2, here",
  ],
  [["f", "e", "d", "c", "b", "a", "f"].map((host) => at(host)), "trained on f ×2, a, b, c, 2 more"],
])("of the runs %j it is said where: %s", (runs, said) => {
  expect(hostsText(runs, areOnSeveralHosts(runs), "here")).toBe(said);
});

test("beside runs of other machines it is said of those of this one too", () => {
  expect(hostsText([at("here", "running")], true, "here")).toBe("trains on here");
  expect(hostsText([at(null, "running")], true, "here")).toBe("");
});

const TEN_STEPS = blockOf(0, Array(10).fill(3));

const CHECKPOINT = {
  ...{ step: 10, trainSeconds: 1 },
  ...{ weights: Buffer.of(1), state: Buffer.from('{"step":10}') },
};

function lastMessage(path: string, run = "g/v"): string | null | undefined {
  return readerAt(path).events(run).at(-1)?.message;
}
