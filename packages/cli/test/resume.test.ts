import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { wholeRun } from "@ablate/runner/test/whole-store";
import { expect, test, vi } from "vitest";
import { Random } from "./chaos/random.ts";
import { breakAt, heldWorkers } from "./held-workers.ts";
import {
  ablate,
  damageCheckpoints,
  jsonRows,
  makeFolder,
  spawnAblateWith,
  startAblate,
} from "./make.ts";
import { startRunWith } from "./start-run.ts";
import { train } from "./train.ts";

const RECORD = [
  ...["--set", "record.evaluate={ every: 4000 }"],
  ...["--set", "record.checkpoint={ every: 700 }"],
  ...["--set", "record.probes={ every: 3000 }"],
];
const RUNS = ["small/plain", "small/normed"];
const ROUNDS = 10;
const SEED = 18;

test(`killed at random moments and started again, a grid ends as if nothing had happened (seed ${SEED})`, async () => {
  const random = new Random(SEED);
  const [folder, undisturbed] = [makeFolder(), makeFolder()];
  const command = ["run", "small.yaml", "--steps", "30000", ...RECORD];
  expect((await ablate(undisturbed, ...command, "--quiet")).status).toBe(0);

  let kills = 0;
  let resumed = 0;
  for (let status: number | null = null; status !== 0; ) {
    const { child, ended } = startAblate(folder, ...command, "--json");
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    if (kills < ROUNDS) {
      const after = random.below(30);
      const seen = () => output.split('"progress"').length - 1 >= after;
      await vi.waitFor(() => expect(seen() || child.exitCode !== null).toBe(true), WAIT);
      child.kill("SIGKILL");
      kills += 1;
    }
    status = await ended;
    resumed += eventsIn(output).filter(({ from }) => Number(from) > 0).length;
  }

  expect(resumed).toBeGreaterThan(0);
  for (const run of RUNS) {
    expect(wholeRun(join(folder, "ablate.db"), run)).toEqual(
      wholeRun(join(undisturbed, "ablate.db"), run),
    );
  }
  const check = "select integrity_check from pragma_integrity_check";
  expect(jsonRows(await ablate(folder, "query", check, "--json"))).toEqual([
    { integrity_check: "ok" },
  ]);
});

test("SIGTERM stops with a checkpoint, plan says where it goes on, and it does", async () => {
  const folder = makeFolder();
  const command = ["run", "small.yaml", "--steps", "5000", "--only", "plain"];
  await stopMidway(folder, command);

  const [{ last_step: last } = {}] = jsonRows(await ablate(folder, "runs", "--json"));
  const step = Number(last) + 1;
  const plan = ["plan", "small.yaml", "--steps", "5000", "--only", "plain"];
  expect(jsonRows(await ablate(folder, ...plan, "--json"))).toEqual([
    expect.objectContaining({ state: "stopped" }),
  ]);
  const at = step.toLocaleString("en-US");
  expect((await ablate(folder, ...plan)).stdout).toContain(`stopped, goes on at ${at}`);

  const again = await ablate(folder, ...command, "--resume");
  expect(again.stderr).toContain(`small/plain: goes on at step ${at}`);
  expect(again.status).toBe(0);
});

test("a damaged checkpoint is told, and the run starts anew to the same end", async () => {
  const [folder, undisturbed] = [makeFolder(), makeFolder()];
  const command = ["run", "small.yaml", "--steps", "5000", "--only", "plain"];
  expect((await ablate(undisturbed, ...command, "--quiet")).status).toBe(0);
  await stopMidway(folder, command);
  damageCheckpoints(join(folder, "ablate.db"));

  const { status, stderr } = await ablate(folder, ...command, "--quiet");

  expect(status).toBe(0);
  expect(stderr).toMatch(
    /^small\/plain: the checkpoint of small\/plain at step \d+ is damaged and passed over$/m,
  );
  const kinds = jsonRows(
    await ablate(folder, "query", "select kind, message from event", "--json"),
  );
  expect(kinds).toContainEqual({
    kind: "checkpoint unused",
    message: expect.stringContaining("is damaged and passed over"),
  });
  expect(wholeRun(join(folder, "ablate.db"), "small/plain")).toEqual(
    wholeRun(join(undisturbed, "ablate.db"), "small/plain"),
  );
});

test("a run whose digests tell that it is damaged starts anew, and that is said", async () => {
  const folder = makeFolder();
  const command = ["run", "small.yaml", "--steps", "5000", "--only", "plain"];
  await stopMidway(folder, command);
  const database = new DatabaseSync(join(folder, "ablate.db"));
  database.exec("update step set loss = loss + 1 where step = 7");
  database.close();

  const { status, stderr } = await ablate(folder, ...command, "--quiet");

  expect(status).toBe(0);
  expect(stderr).toMatch(
    /^small\/plain: the checkpoint of small\/plain at step \d+ is passed over: the run is damaged, one of its steps from 0 to 4,095 is not what the digest says$/m,
  );
});

type Edit = (diagnosis: Record<string, unknown>) => unknown;

/** Edits of the diagnosis in a checkpoint whose sha256 is right all the same. */
const EDITS: readonly (readonly [string, Edit])[] = [
  ["is empty", () => ({})],
  ["is null", () => null],
  ["has a null for a list", ({ ledger: _, ...rest }) => ({ ...rest, ledger: null })],
  ["has a null among its findings", (all) => ({ ...all, ledger: [null] })],
  [
    "has a null for a column",
    (all) => ({ ...all, updates: { ...part(all, "updates"), bits: [null] } }),
  ],
  ["has a null for a number", (all) => ({ ...all, loss: { ...part(all, "loss"), mean: null } })],
  ["is that of another step", (all) => ({ ...all, loss: { ...part(all, "loss"), step: 1 } })],
];

function part(all: Record<string, unknown>, name: string): object {
  return Object(all[name]);
}

test("a checkpoint whose diagnosis is no diagnosis is passed over in words, and the run starts anew", async () => {
  const folder = makeFolder();
  const command = ["run", "small.yaml", "--steps", "5000", "--only", "plain"];
  await stopMidway(folder, command);
  const store = join(folder, "ablate.db");
  const before = readFileSync(store);

  for (const [what, edit] of EDITS) {
    writeFileSync(store, before);
    editDiagnoses(store, edit);

    const { status, stderr } = await ablate(folder, ...command, "--quiet");

    expect([what, status]).toEqual([what, 0]);
    expect(stderr).toMatch(
      /^small\/plain: the checkpoint of small\/plain at step \d+ is of no use: its (diagnosis is not one|state is unknown to this version)/m,
    );
  }
});

/** Edits the diagnoses of all checkpoints, in a store that has no digests, as one of an older version. */
function editDiagnoses(path: string, edit: Edit): void {
  const database = new DatabaseSync(path);
  database.exec("delete from digest; delete from seal");
  const read = "select id, weights, state from checkpoint";
  for (const { id = 0, weights, state } of database.prepare(read).all()) {
    if (!(weights instanceof Uint8Array && state instanceof Uint8Array)) throw new TypeError();
    const { diagnosis, ...rest } = JSON.parse(Buffer.from(state).toString());
    const edited = Buffer.from(JSON.stringify({ ...rest, diagnosis: edit(diagnosis) }));
    const sha256 = createHash("sha256").update(weights).update(edited).digest("hex");
    database
      .prepare("update checkpoint set state = ?, sha256 = ? where id = ?")
      .run(edited, sha256, id);
  }
  database.close();
}

test("more steps go on from the run that has fewer, which plan says before", async () => {
  const [folder, scratch] = [makeFolder(), makeFolder()];
  const long = ["--steps", "300", "--only", "normed"];
  await train(scratch, "small.yaml", ...long);
  await train(folder, "small.yaml");

  const plan = await ablate(folder, "plan", "small.yaml", ...long);
  expect(plan.stdout).toContain("new, goes on from small/normed at 200");
  const { status, stderr, stdout } = await ablate(folder, "run", "small.yaml", ...long);

  expect(status).toBe(0);
  const [name = ""] = /small\/normed-steps=300/.exec(stdout) ?? [];
  expect(stderr).toContain(`${name}: goes on from small/normed at step 200`);
  const [copy, own] = [
    wholeRun(join(folder, "ablate.db"), name),
    wholeRun(join(scratch, "ablate.db"), "small/normed"),
  ];
  expect({ ...copy, run: null }).toEqual({ ...own, run: null });
  expect((await ablate(folder, "plan", "small.yaml", "--steps", "200")).stdout).not.toContain(
    "goes on",
  );
});

test("a run goes on only on the backend that it began on, and says what to do", async () => {
  const folder = makeFolder();
  const command = ["run", "small.yaml", "--only", "plain", "--engine", "tfjs", "--steps", "5000"];
  await stopMidway(folder, command, { ABLATE_TFJS_BACKEND: "wasm" });

  const other = spawnAblateWith({ ABLATE_TFJS_BACKEND: "cpu" }, folder, ...command);

  expect(other.status).toBe(2);
  expect(other.stderr).toContain("small/plain began on the backend wasm and continues only there");
  expect(other.stderr).toContain("--restart");
  expect(jsonRows(await ablate(folder, "runs", "--json"))[0]?.state).toBe("stopped");
});

test("what is recorded is not part of a run's identity, what ends it is", async () => {
  const folder = makeFolder();
  const hash = async (...set: string[]) =>
    jsonRows(
      await ablate(
        folder,
        "plan",
        "small.yaml",
        "--only",
        "plain",
        "--json",
        ...set.flatMap(asSet),
      ),
    ).map((row) => row.hash);
  const plain = await hash();

  expect(await hash("record.checkpoint=none", "record.evaluate={ every: 5 }")).toEqual(plain);
  expect(await hash("train.stop.every=50")).toEqual(plain);
  expect(await hash("train.stop.budget=60s")).toEqual(await hash("train.stop.budget=1m"));
  expect(await hash("train.stop.budget=60s", "train.stop.every=7")).toEqual(
    await hash("train.stop.budget=1m"),
  );
  const others = [
    plain,
    await hash("train.stop.budget=1m"),
    await hash("train.stop.patience=100"),
  ].flat();
  expect(new Set([...others, ...(await hash("train.stop.target=2"))]).size).toBe(4);
});

test("--restart and --resume exclude each other", async () => {
  const { status, stderr } = await ablate(
    makeFolder(),
    "run",
    "small.yaml",
    "--restart",
    "--resume",
  );

  expect([status, stderr]).toEqual([2, expect.stringContaining("exclude each other")]);
});

const WAIT = { timeout: 60_000, interval: 5 };

function asSet(text: string): string[] {
  return ["--set", text];
}

function eventsIn(output: string): readonly Readonly<Record<string, unknown>>[] {
  const lines = output.split("\n").filter((line) => line.endsWith("}"));
  return lines.map((line) => JSON.parse(line));
}

async function stopMidway(
  folder: string,
  [, ...args]: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<void> {
  const midway = { ...breakAt("steps 9"), ...variables };
  const { interrupt, ended } = startRunWith(midway, folder, ...args);
  const { release } = await heldWorkers(folder);
  await interrupt("SIGTERM");
  release();
  expect(await ended).toBe(130);
}
