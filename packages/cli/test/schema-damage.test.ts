/** Stores whose file names a table or a column otherwise, as a flipped byte of sqlite_schema does. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ablate, inTurn } from "./make.ts";
import { olderFolder } from "./older-version/folder.ts";

const CHANGES = [
  ["a column of runs", "CREATE TABLE run (", "last_loss", "lasd_loss"],
  ["a column of evaluations", "CREATE TABLE eval (", "statistics", "statisticr"],
  ["a column of digests", "CREATE TABLE digest (", "sha256", "sha246"],
  ["a type", "CREATE TABLE grid_run (", "integer", "intager"],
] as const;

const VERBS = [
  ...["runs", "compare old", "show old/plain-seed=1", "report old -o r.html", "tag old good"],
  ...["ui --once --size 100x30", "export old -o o.csv", "plan old.yaml", "doctor"],
];

test.each(CHANGES)("%s by another name is damage, in a sentence", async (_, table, from, to) => {
  const folder = olderFolder("version-10");
  await ablate(folder, "doctor", "--repair");
  const store = join(folder, "ablate.db");
  const bytes = readFileSync(store);
  bytes.write(to, bytes.indexOf(from, bytes.indexOf(table)));
  writeFileSync(store, bytes);

  const answers = await inTurn(VERBS, async (line) => {
    const { stdout, stderr, status } = await ablate(folder, ...line.split(" "));
    return { line, said: stderr + stdout, status };
  });

  for (const { line, said } of answers) {
    expect(said, line).not.toMatch(/internal error|\n\s+at /);
    if (line !== "doctor") expect([line, said]).toEqual([line, expect.stringMatching(/damaged/)]);
  }
  expect(answers.at(-1)?.status).toBe(1);
});
