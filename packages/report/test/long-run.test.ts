import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openReader } from "@ablate/store";
import { writeLongRun } from "@ablate/store/test/long-run";
import { expect, onTestFinished, test } from "vitest";
import { reportOf } from "../src/index.ts";

const PARAMETERS = ["embedding", "hidden1.weight", "hidden1.bias", "output.weight", "output.bias"];

/** A store with one run of 200,000 steps. */
function longStore(): string {
  const folder = mkdtempSync(join(tmpdir(), "ablate-long-report-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "ablate.db");
  writeLongRun(path, PARAMETERS);
  return path;
}

test("a run of 200,000 steps takes no more room than a short one", async () => {
  const reader = openReader(longStore());
  onTestFinished(() => reader.close());
  const html = await reportOf(reader, reader.runs(), {
    ...{ title: "long", question: "", version: "1", now: 0 },
  });

  expect(html.length).toBeLessThan(70_000);
  expect(html).toContain(
    "Training loss over all 200,000 steps; each point is the mean of 1,667 steps.",
  );
  expect(html).toContain("1 run still being trained when this was written: g/long.");
});
