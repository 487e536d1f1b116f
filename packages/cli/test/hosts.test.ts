/** On which machines runs were trained, as the commands say it. */
import { hostname } from "node:os";
import { join } from "node:path";
import { openWriter } from "@ablate/store";
import { expect, test } from "vitest";
import { ablate, jsonRows, makeFolder } from "./make.ts";

/** A folder with a store of runs `g/0`, `g/1` and so on, started on these machines. */
function folderWith(...hosts: readonly string[]): string {
  const folder = makeFolder();
  const writer = openWriter(join(folder, "ablate.db"));
  const runs = hosts.map((_, i) => ({
    ...{ hash: `hash-${i}-0123456789`, name: `g/${i}`, label: `${i}`, config: "{}" },
    ...{ seed: 1, engine: "simd", steps: 10 },
  }));
  const stored = writer.planGrid({ name: "g", description: "", spec: "name: g", runs });
  for (const [i, { id }] of stored.entries()) {
    const claim = { token: `${i}`, pid: process.pid, host: hostname() };
    writer.claimRun(id, claim, { host: hosts[i] ?? null, worker: "slot 7" }, []);
  }
  writer.close();
  return folder;
}

test("the table of runs has their machines where these differ, JSON always", async () => {
  const folder = folderWith("box1", "box2");
  const table = await ablate(folder, "runs");

  expect(table.stdout).toMatch(/^run .* host\s*$/m);
  expect(table.stdout).toMatch(/^g\/0 .* box1\s*$/m);
  expect(table.stdout).toMatch(/^g\/1 .* box2\s*$/m);
  const rows = jsonRows(await ablate(folder, "runs", "--json"));
  expect(rows.map(({ host }) => host)).toEqual(["box1", "box2"]);
  expect((await ablate(folder, "runs", "host:box2")).stdout).not.toContain("g/0");
  expect((await ablate(folderWith("box1", "box1"), "runs")).stdout).not.toMatch(/host|box1/);
});

test("the page of a run says where it trains, unless that is this machine alone", async () => {
  const spread = folderWith(hostname(), "box\x1b[2J2");

  expect((await ablate(spread, "show", "g/0")).stdout).toContain(`trains on ${hostname()}\n`);
  const other = (await ablate(spread, "show", "g/1")).stdout;
  expect(other).toMatch(/^ {2}machine +trains on box.*2$/m);
  expect(other).not.toContain("\x1b");
  expect(other).toMatch(/^ {2}worker +slot 7$/m);
  expect((await ablate(folderWith(hostname()), "show", "g/0")).stdout).not.toContain("machine");
});
