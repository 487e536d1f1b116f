/** The examples of every verb's help, in the order of `ablate --help`, one after the other in one empty folder. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { VERBS } from "../src/verbs.ts";
import { inShell } from "./drawn-page.ts";

const NAMES = fileURLToPath(new URL("../../../data/few-names.txt", import.meta.url));

/** These need another machine; machines.test.ts and record.test.ts have workers, a Postgres and a pipe. */
const ELSEWHERE = /^ablate workers? |postgres:\/\/|^ssh /;

/** What would take long, wait, or ask, and what it is driven with instead. */
const SHORTER: readonly (readonly [RegExp, string])[] = [
  [/^ablate demo$/, "ablate demo --steps 300"],
  [/--follow$/, "--follow --exit-when-idle 1s"],
  [/--exit-when-idle 10m$/, "--exit-when-idle 1s"],
  [/^(ablate lr-range .*)$/, "$1 --steps 200"],
  [/^(ablate verify .*) --steps 1000$/, "$1 --steps 30"],
  [/^ablate gc$/, "ablate gc --yes"],
];

/** Exit codes other than 0 that say what was found, and are meant. */
const FOUND = /^ablate diagnose /;

type Example = { readonly verb: string; readonly line: string };
const examples: Example[] = [];
const folder = mkdtempSync(join(tmpdir(), "ablate-examples-"));

beforeAll(async () => {
  for (const { name, load } of VERBS) {
    const { command } = await load();
    examples.push(...command.examples.map(([line]) => ({ verb: name, line })));
  }
});

test("the examples of every verb work one after the other in an empty folder", () => {
  const told = examples
    .filter(({ line }) => !ELSEWHERE.test(line))
    .map(({ line }) => {
      const { status, stderr } = inShell(shorter(line), folder, {
        store: "ablate.db",
        home: folder,
      });
      if (line === "ablate new my.yaml") makeSmall(join(folder, "my.yaml"));
      return { line, isFine: status === 0 || (status === 1 && FOUND.test(line)), stderr };
    });

  expect(told.filter(({ isFine }) => !isFine)).toEqual([]);
  expect(told.length).toBeGreaterThan(90);
}, 900_000);

test("few examples need another machine", () => {
  expect(examples.filter(({ line }) => ELSEWHERE.test(line)).length).toBeLessThan(9);
});

function shorter(line: string): string {
  return SHORTER.reduce((short, [pattern, by]) => short.replace(pattern, by), line);
}

/** Gives the new config few names and few steps; the rest is as it was written. */
function makeSmall(path: string): void {
  const text = readFileSync(path, "utf8");
  const small = text
    .replace(/^( {2}file: ).*$/m, `$1${JSON.stringify(NAMES)}`)
    .replace("steps: 2000", "steps: 100");
  expect(small).toContain("steps: 100");
  writeFileSync(path, small);
}
