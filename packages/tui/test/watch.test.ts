/** What `ablate watch` shows on a terminal of runs that others train at once. */
import { hostname } from "node:os";
import { join } from "node:path";
import { openWriter, type StoreWriter } from "@ablate/store";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "./make.ts";
import { ABLATE, type Size, Terminal } from "./terminal.ts";

const STEPS = 100_000;

/** A store in which this process trains the first runs of a grid of nine. */
class Training {
  readonly path = join(temporaryFolder(), "ablate.db");
  readonly #writer: StoreWriter = openWriter(this.path);
  readonly #ids: readonly number[];
  readonly #next: number[];

  constructor(active: number) {
    onTestFinished(() => this.#writer.close());
    const labels = Array.from({ length: 9 }, (_, i) => `v${i + 1}`);
    const runs = labels.map((label) => ({
      hash: `hash-${label}`,
      name: `g/${label}`,
      label,
      config: "{}",
      seed: 1,
      engine: "simd",
      steps: STEPS,
    }));
    const stored = this.#writer.planGrid({ name: "g", description: "", spec: "", runs });
    this.#ids = stored.map(({ id }) => id).slice(0, active);
    this.#next = this.#ids.map(() => 0);
    const owner = { pid: process.pid, host: hostname() };
    for (const id of this.#ids) this.#writer.claimRun(id, { ...owner, token: `${id}` }, {}, []);
  }

  advance(count: number): void {
    for (const [i, id] of this.#ids.entries()) {
      const first = this.#next[i] ?? 0;
      const loss = new Float64Array(count).fill(2.5);
      const block = { first, count, loss, lr: loss, ratios: new Float32Array(0) };
      this.#writer.appendSteps(id, `${id}`, { ...block, trainSeconds: (first + count) / 1000 });
      this.#next[i] = first + count;
    }
  }

  end(i: number, state: "finished" | "failed"): void {
    const id = this.#ids[i] ?? 0;
    const error = state === "failed" ? "out of luck" : null;
    const end = { state, reason: "steps", error, trainSeconds: 1, snapshot: null };
    this.#writer.endRun(id, `${id}`, end);
  }
}

function watchIn(training: Training, size: Size): Terminal {
  const folder = temporaryFolder();
  return new Terminal([ABLATE, "watch", "g", "--store", training.path], { folder, size });
}

test.each([
  { columns: 80, rows: 24, shown: 6 },
  { columns: 200, rows: 50, shown: 6 },
  { columns: 40, rows: 6, shown: 3 },
])("$shown of six runs at work have a line at $columns x $rows", async ({ shown, ...size }) => {
  const training = new Training(6);
  training.advance(1000);

  const terminal = watchIn(training, size);

  await terminal.waitFor(/^g [\s\S]*0\/9 runs/m);
  const last = shown === 6 ? /^ {2}v6 .*/m : /^ {2}\+3 more$/m;
  await terminal.waitFor(last);
  expect(terminal.text.match(/^ {2}v\d .*loss 2\.5000/gm)).toHaveLength(shown);
  training.advance(49_000);
  await terminal.waitFor(/^g .*33%.*left\b.*\n {2}v1 .*left/m);
});

test("a run that ends goes above the block, which goes on", async () => {
  const training = new Training(2);
  training.advance(1000);
  const terminal = watchIn(training, { columns: 80, rows: 24 });
  await terminal.waitFor(/^ {2}v2 /m);

  training.end(0, "failed");

  await terminal.waitFor(/^g\/v1: failed: out of luck\ng .*1\/9 runs.*\n {2}v2 /m);
  terminal.type("\u0003");
  expect(await terminal.exit).toBe(130);
  await terminal.drawn();
  expect(terminal.text).not.toMatch(/█|░|^ {2}v2/m);
});

test("more runs than rows, and fewer again after a resize", async () => {
  const training = new Training(9);
  training.advance(1000);
  const terminal = watchIn(training, { columns: 80, rows: 24 });
  await terminal.waitFor(/^ {2}v9 /m);

  terminal.resize({ columns: 50, rows: 8 });
  await terminal.waitFor(/^ {2}\+4 more$/m);
  terminal.resize({ columns: 100, rows: 30 });
  await terminal.waitFor(/^g .*0\/9 runs.*\n( {2}v\d .*\n){8} {2}v9 .*$/m);
  await terminal.waitWithout("more");
});
