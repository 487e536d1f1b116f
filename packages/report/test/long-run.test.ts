import { mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { openReader, openWriter } from "@ablate/store";
import { expect, onTestFinished, test } from "vitest";
import { reportOf } from "../src/index.ts";

const STEPS = 200_000;
const BLOCK = 2000;
const PARAMETERS = ["embedding", "hidden1.weight", "hidden1.bias", "output.weight", "output.bias"];

/** A store with one run of 200,000 steps. */
function longStore(): string {
  const folder = mkdtempSync(join(tmpdir(), "ablate-long-report-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "ablate.db");
  const writer = openWriter(path);
  const run = {
    ...{ hash: "0123456789abcdef", name: "g/long", label: "long", seed: 1, engine: "simd" },
    ...{ steps: STEPS, config: JSON.stringify({ train: { lr: 0.1 } }) },
  };
  const [stored] = writer.planGrid({ name: "g", description: "long?", spec: "", runs: [run] });
  const id = stored?.id ?? 0;
  const parameters = PARAMETERS.map((name) => ({ name, shape: [30, 27], size: 810 }));
  writer.claimRun(id, { token: "t", pid: process.pid, host: hostname() }, {}, parameters);
  for (let first = 0; first < STEPS; first += BLOCK) {
    writer.appendSteps(id, "t", {
      first,
      count: BLOCK,
      loss: Float64Array.from({ length: BLOCK }, (_, i) => 2 + Math.exp(-(first + i) / 5000)),
      lr: new Float64Array(BLOCK).fill(0.1),
      ratios: new Float32Array(BLOCK * PARAMETERS.length).fill(1e-3),
    });
  }
  writer.close();
  return path;
}

test("a run of 200,000 steps takes no more room and time than a short one", async () => {
  const reader = openReader(longStore());
  onTestFinished(() => reader.close());
  const before = process.cpuUsage();

  const html = await reportOf(reader, reader.runs(), {
    ...{ title: "long", question: "", version: "1", now: 0 },
  });

  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6).toBeLessThan(3);
  expect(html.length).toBeLessThan(60_000);
  expect(html).toContain(
    "Training loss over all 200,000 steps; each point is the mean of 1,667 steps.",
  );
  expect(html).toContain("1 run still being trained when this was written: g/long.");
});
