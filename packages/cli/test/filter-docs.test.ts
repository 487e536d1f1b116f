import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { blocks, page, tableRows } from "./documents.ts";
import { ablate, type Ended, jsonRows, makeFolder } from "./make.ts";

const text = page("docs/filter.md");
const rows = tableRows(text, "filter").map((row) => ({
  filter: (row.get("filter") ?? "").slice(1, -1),
  labels: row.get("matches"),
  mistake: row.get("mistake"),
}));

let folder = "";

beforeAll(async () => {
  folder = makeFolder();
  for (const name of ["configs", "data"]) mkdirSync(join(folder, name));
  renameSync(join(folder, "names.txt"), join(folder, "data", "names.txt"));
  writeFileSync(join(folder, "configs", "study.yaml"), blocks(text, "yaml")[0] ?? "");
  for (const args of [
    ["run", "configs/study.yaml", "--only", "v5", "--quiet"],
    ["tag", "study/v5", "keep", "baseline"],
    ["note", "study/v5", "the good one"],
  ]) {
    expect((await ablate(folder, ...args)).status, args.join(" ")).toBe(0);
  }
});

async function plan(filter: string): Promise<Ended> {
  return ablate(folder, ...planOf(filter));
}

function planOf(filter: string): readonly string[] {
  return ["plan", join(folder, "configs", "study.yaml"), "--only", filter, "--json"];
}

test.each(["v1 or v5", "v1 and ("])("a process of its own says the same of %s", async (filter) => {
  expect(await ablate(folder, ...planOf(filter))).toEqual(await plan(filter));
});

test("the page has examples and mistakes", () => {
  expect(rows.filter(({ labels }) => labels !== undefined).length).toBeGreaterThan(20);
  expect(rows.filter(({ mistake }) => mistake !== undefined).length).toBeGreaterThan(5);
});

test.each(rows.filter(({ labels }) => labels !== ""))(
  "$filter is as the page says",
  async (row) => {
    const ended = await plan(row.filter);

    if (row.mistake !== undefined) {
      expect([ended.status, ended.stdout]).toEqual([2, ""]);
      expect(ended.stderr).toMatch(/^ablate: .*\n$/);
      expect(ended.stderr).toContain(row.mistake);
      return;
    }
    expect(ended.stderr).toBe("");
    const labels = jsonRows(ended).map(({ run }) => String(run).replace("study/", ""));
    expect(labels.join(" ")).toBe(row.labels);
  },
);

test.each(rows.filter(({ labels }) => labels === ""))(
  "$filter matches nothing",
  async ({ filter }) => {
    expect((await plan(filter)).stderr).toContain("no run matches");
  },
);
