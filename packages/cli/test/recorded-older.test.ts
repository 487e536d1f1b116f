/** A store that the version before recorded runs wrote; older-version/README.md says which. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openReader } from "@ablate/store";
import { expect, test } from "vitest";
import { ablate, jsonRows } from "./make.ts";
import { olderFolder } from "./older-version/folder.ts";
import { metric, recordRun } from "./recorded-make.ts";

test("a store of version 15 is read as it is: its runs are trained here, and nothing is written", async () => {
  const folder = olderFolder("version-15");
  const before = readFileSync(join(folder, "ablate.db"));

  const runs = jsonRows(await ablate(folder, "runs", "--json"));
  const page = await ablate(folder, "show", "clipped");
  const series = await ablate(
    folder,
    "query",
    "select series from series where run = 'old/clipped'",
  );

  expect(runs.map(({ run, source, steps, seed }) => [run, source, steps, seed])).toEqual([
    ["old/plain", null, 60, 1],
    ["old/clipped", null, 60, 1],
  ]);
  expect(page.stdout).toContain("gradient_norm");
  expect(series.stdout).toContain("metric.gradient_norm");
  expect(readFileSync(join(folder, "ablate.db")).equals(before)).toBe(true);
});

test("a store of version 15 takes recorded runs beside its own, which stay as their digests say", async () => {
  const folder = olderFolder("version-15");

  recordRun(folder, {
    ...{ grid: "old", label: "theirs", config: { lr: 1 } },
    record: metric("val_loss", [3, 2]),
  });

  const checks = jsonRows(await ablate(folder, "doctor", "--json"));
  expect(checks.filter(({ ok }) => ok === false)).toEqual([]);
  const reader = openReader(join(folder, "ablate.db"));
  expect(reader.runs().map(({ name, source }) => [name, source])).toEqual([
    ["old/plain", null],
    ["old/clipped", null],
    ["old/theirs", "jsonl"],
  ]);
  reader.close();
});
