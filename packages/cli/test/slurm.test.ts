/** Workers as jobs of a real Slurm, by the script that is shipped. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Postgres, postgresFound } from "../../../testing/postgres.ts";
import { ablate, COMMAND, makeFolder } from "./make.ts";
import { Slurm, slurmMissing } from "./slurm.ts";
import { PATIENCE, type StartedRun, startRun } from "./start-run.ts";

const SCRIPT = fileURLToPath(new URL("../../../deploy/slurm/workers.sh", import.meta.url));
const missing = slurmMissing() ?? postgresFound().missing;
const title = missing === null ? "" : `: ${missing}`;
const TASKS = [0, 1, 2];

let slurm: Slurm;
let postgres: Postgres;

beforeAll(async () => {
  if (missing !== null) return;
  [slurm, postgres] = await Promise.all([Slurm.make(), Postgres.make({ isFsyncOff: true })]);
}, 60_000);

afterAll(async () => {
  await slurm?.stop();
  await postgres?.stop();
}, 60_000);

test.skipIf(missing)(
  `an array of jobs trains grids, and hands runs on when Slurm wants a job to go${title}`,
  async () => {
    const folder = makeFolder();
    const array = submit(`--array=${TASKS[0]}-${TASKS.at(-1)}`, "--time=10");
    const short = startRun(folder, "small.yaml", "--on", postgres.url);
    expect(await short.ended, short.errors()).toBe(0);
    const { stdout } = await ablate(folder, "show", "small/plain", "--json");
    expect(stdout).toMatch(new RegExp(`"slurm_job": *"(${jobsOf(array).join("|")})"`));

    // It looks for time limits every 30 s since its start: what trains for that begins shortly before.
    await vi.waitFor(() => expect(slurm.ageMs).toBeGreaterThan(20_000), PATIENCE);
    const grid = readFileSync(join(folder, "small.yaml"), "utf8");
    writeFileSync(join(folder, "long.yaml"), grid.replace("name: small", "name: long"));
    const wide = ["--set", "model.hidden=[500]", "--steps", "1000000"];
    const run = startRun(folder, "long.yaml", "--on", postgres.url, ...wide);
    const plain = await taskOf(array, "long/plain");
    const normed = await taskOf(array, "long/normed");
    await vi.waitFor(() => expect(run.events("progress").length).toBeGreaterThan(9), PATIENCE);
    slurm.command("scontrol", ["update", `JobId=${array}_${normed}`, "TimeLimit=1"]);
    slurm.command("scontrol", ["requeue", `${array}_${plain}`]);

    await vi.waitFor(() => expect(placesOf("long/plain", run)).toHaveLength(2), PATIENCE);
    await vi.waitFor(() => expect(run.events("evicted")).toHaveLength(2), PATIENCE);
    const expected = TASKS.map((task) => (task === plain || task === normed ? 1 : 0));
    await vi.waitFor(
      () => expect(TASKS.map((task) => restartsOf(`${array}_${task}`))).toEqual(expected),
      PATIENCE,
    );
    expect(run.events("retried")).toEqual([]);
    expect(run.events("evicted").every(({ from }) => Number(from) > 0)).toBe(true);
    await run.interrupt();
    expect(await run.ended).toBe(130);
  },
);

/** Submits the script as its header says, a core for each job; its number. */
function submit(...options: readonly string[]): string {
  const command = join(slurm.folder, "ablate");
  writeFileSync(command, `#!/bin/sh\nexec '${COMMAND.join("' '")}' "$@"\n`, { mode: 0o755 });
  const size = ["--cpus-per-task=1", "--mem-per-cpu=100", "--output=%A_%a.out"];
  const told = ["--parsable", "--requeue", "--signal=TERM@60", ...size, ...options];
  return slurm.command("sbatch", [...told, SCRIPT, "--exit-when-idle", "30s"], {
    ABLATE: command,
    ABLATE_ON: postgres.url,
  });
}

/** The numbers of an array's jobs. */
function jobsOf(array: string): readonly string[] {
  return slurm.command("squeue", ["--noheader", "--array", "-o", "%A", "-j", array]).split(/\s+/);
}

/** The task of an array that has said last that it trains a run. */
async function taskOf(array: string, run: string): Promise<number> {
  return vi.waitFor(() => {
    const task = TASKS.find((one) => slurm.output(`${array}_${one}`).includes(`${run}: `));
    if (task === undefined) throw new Error(`no job has begun ${run}`);
    return task;
  }, PATIENCE);
}

function restartsOf(job: string): number {
  return Number(/Restarts=(\d+)/.exec(slurm.command("scontrol", ["show", "job", job]))?.[1]);
}

/** The workers that a run was on, one after the other. */
function placesOf(run: string, { events }: StartedRun): readonly unknown[] {
  return events("placed").flatMap((event) => (event.run === run ? [event.host] : []));
}
