import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { wholeRun } from "@ablate/runner/test/whole-store";
import { expect, test, vi } from "vitest";
import { breakAt, heldWorkers } from "./held-workers.ts";
import { ablate, COMMAND, type Ended, makeFolder } from "./make.ts";
import { PATIENCE } from "./start-run.ts";

const canMount = spawnSync("unshare", ["-rm", "true"]).status === 0;
const canLimit = spawnSync("prlimit", ["--fsize=1000000:", "true"]).status === 0;

const RUNS = ["small/plain", "small/normed"];
const GRID = [
  ...["small.yaml", "--steps", "12000", "--workers", "2"],
  ...["--set", "record.checkpoint={ every: 700 }", "--set", "record.evaluate={ every: 4000 }"],
];
const SHORT = ["small.yaml", "--workers", "2", "--set", "record.checkpoint={ every: 50 }"];

test("CI can limit the size of files or mount a small disk", () => {
  if (process.env.CI) expect(canLimit || canMount).toBe(true);
});

test.skipIf(!canMount)(
  "a disk that is full pauses training, which goes on without a gap once there is room",
  async () => {
    const disk = new Disk("40m");
    disk.start(GRID, "--json");
    await disk.fill();
    await disk.waitFor('"waiting"');
    const waiting = disk.output;
    disk.shell("rm $disk/ballast");
    await disk.waitFor('"over"');

    expect(waiting).toContain("/ablate.db: the disk is full; make room on it");
    expect(await disk.ended()).toEqual({ status: "0", stderr: "" });
    await expectUndisturbed(disk.folder, GRID);
  },
);

test.skipIf(!canMount)(
  "a disk that stays full ends the command in a sentence, and the next start trains the rest",
  async () => {
    const disk = new Disk("40m");
    disk.start(GRID, "--json", "--storage-timeout", "500ms");
    await disk.fill();
    const { status, stderr } = await disk.ended();

    expect(status).toBe("1");
    expect(stderr).toMatch(
      /^ablate: cannot write to \S+: the disk is full; make room on it; \d runs? (is|are) left to train, .*\n$/,
    );
    expect((await ablate(disk.folder, "run", ...GRID, "--quiet")).status).toBe(0);
    await expectUndisturbed(disk.folder, GRID);
  },
);

test.skipIf(!canMount)("a disk without room for a plan is one sentence", async () => {
  const disk = new Disk("64k");

  disk.start(GRID);

  expect(await disk.ended()).toEqual({
    status: "2",
    stderr: expect.stringMatching(/^ablate: cannot write to \S+: .*\n$/),
  });
});

// Wherever it gets full: at planning, the start, a step, a checkpoint, an evaluation, the end.
test.skipIf(!canLimit)(
  "whatever the last write is that fits, nothing is lost and said in a line",
  async () => {
    const statuses = new Set<number | null>();
    for (const kilobytes of [60, 180, 300, 340, 380, 420, 480, 560, 2000]) {
      const folder = makeFolder();
      const limit = [`--fsize=${kilobytes * 1024}:`, ...COMMAND];
      const { status, stdout, stderr } = spawnSync(
        "prlimit",
        [...limit, "run", ...SHORT, "--quiet", "--storage-timeout", "200ms"],
        { cwd: folder, encoding: "utf8" },
      );

      statuses.add(status);
      expect(`${stdout}${stderr}`, `${kilobytes} kB`).not.toMatch(/\n\s+at |internal error/);
      if (status !== 0) expect(stderr).toMatch(/^ablate: .*cannot write to .*$/m);
      expect([kilobytes, (await ablate(folder, "run", ...SHORT, "--quiet")).status]).toEqual([
        kilobytes,
        0,
      ]);
      await expectUndisturbed(folder, SHORT);
    }
    expect(statuses).toEqual(new Set([2, 1, 0]));
  },
);

test.skipIf(!canMount)(
  "a disk without room to open a store is told as one that is full",
  async () => {
    const folder = makeFolder();
    expect((await ablate(folder, "run", ...SHORT, "--quiet")).status).toBe(0);
    const script = `mkdir disk; mount -t tmpfs -o size=800k none disk; cp ablate.db disk
    dd if=/dev/zero of=disk/ballast bs=4k 2> /dev/null; "$@"`;
    const command = [...COMMAND, "runs", "--store", "disk/ablate.db"];

    const { status, stderr } = spawnSync("unshare", ["-rm", "sh", "-c", script, "sh", ...command], {
      cwd: folder,
      encoding: "utf8",
    });

    expect(status).toBe(2);
    expect(stderr).toMatch(/^ablate: cannot read \S+: there is no room .*; make room on the disk/);
  },
);

/** A small disk that holds the store, in a name space of its own, and a shell that sees it. */
class Disk {
  readonly folder: string = makeFolder();
  readonly #shell: ChildProcess;

  constructor(size: string) {
    const disk = join(this.folder, "disk");
    mkdirSync(disk);
    this.#shell = spawn("unshare", ["-rm", "sh"], {
      cwd: this.folder,
      env: { ...process.env, ...breakAt("checkpoint 2 SIGSTOP 2"), disk },
    });
    this.shell(`mount -t tmpfs -o size=${size} none $disk`);
  }

  get output(): string {
    return this.#read("output");
  }

  shell(command: string): void {
    this.#shell.stdin?.write(`${command}\n`);
  }

  /** Starts `ablate run` with its store on the disk. */
  start(args: readonly string[], ...more: readonly string[]): void {
    const words = [...COMMAND, "run", ...args, "--store", "$disk/ablate.db", ...more];
    const quoted = words.map((word) => `"${word}"`).join(" ");
    this.shell(`${quoted} > output 2> errors &`);
  }

  /** Takes the room that is left while the workers stand still on their way. */
  async fill(): Promise<void> {
    const { release } = await heldWorkers(this.folder, 2);
    this.shell("dd if=/dev/zero of=$disk/ballast bs=64k 2> /dev/null; touch full");
    await vi.waitFor(() => expect(existsSync(join(this.folder, "full"))).toBe(true), PATIENCE);
    release();
  }

  async waitFor(text: string): Promise<void> {
    await vi.waitFor(() => expect(this.output).toContain(text), PATIENCE);
  }

  /** Its exit code; the store is then in the folder. */
  async ended(): Promise<Pick<Ended, "stderr"> & { readonly status: string }> {
    this.shell("wait $!; echo $? > status.new; cp $disk/ablate.db* . 2> /dev/null");
    this.shell("mv status.new status");
    await vi.waitFor(() => expect(existsSync(join(this.folder, "status"))).toBe(true), PATIENCE);
    this.#shell.stdin?.end();
    return { status: this.#read("status").trim(), stderr: this.#read("errors") };
  }

  #read(name: string): string {
    const path = join(this.folder, name);
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  }
}

const trained = new Map<readonly string[], string>();

async function expectUndisturbed(folder: string, grid: readonly string[]): Promise<void> {
  const known = trained.get(grid) ?? makeFolder();
  if (!trained.has(grid)) expect((await ablate(known, "run", ...grid, "--quiet")).status).toBe(0);
  trained.set(grid, known);
  for (const run of RUNS) {
    const [is, was] = [folder, known].map((where) => wholeRun(join(where, "ablate.db"), run));
    expect(is).toEqual(was);
  }
}
