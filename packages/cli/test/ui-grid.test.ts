/** The UI is asked for one grid of a store that has several. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ablate, makeFolder } from "./make.ts";

const config = (name: string, variants: string): string => `name: ${name}
data: { file: names.txt }
model: { embedding: 2, hidden: [4] }
train: { steps: 6, batch_size: 2 }
record: { samples: 0, probes: none }
variants: { ${variants} }
`;

test("a grid is shown alone, whatever the view; a run or several words as before", async () => {
  const folder = makeFolder();
  for (const [name, variants] of [
    ["first", "apple: {}, pear: { train.lr: 0.05 }"],
    ["second", "plum: { train.lr: 0.02 }, fig: { train.lr: 0.01 }"],
  ] as const) {
    writeFileSync(join(folder, `${name}.yaml`), config(name, variants));
    expect((await ablate(folder, "run", `${name}.yaml`, "--quiet")).status).toBe(0);
  }
  const frame = async (...args: readonly string[]): Promise<string> => {
    const { status, stdout } = await ablate(folder, "ui", "--once", "--size", "100x30", ...args);
    expect(status).toBe(0);
    return stdout;
  };

  for (const view of ["runs", "charts", "compare"]) {
    const shown = await frame("second", "--view", view);
    expect(shown).toContain("› second  2 runs");
    expect(shown).toContain("plum");
    expect(shown).not.toMatch(/apple|pear/);
  }
  expect(await frame("apple", "plum")).toMatch(/apple[\s\S]*plum|plum[\s\S]*apple/);
  expect(await frame("second/fig")).toContain("second/fig");
});
