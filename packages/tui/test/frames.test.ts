/** Every view of a small real store as text, at two sizes; `vitest -u` draws the files anew. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Session } from "../src/session/session.ts";
import { VIEW_NAMES } from "../src/views/registry.ts";
import { exampleStore, press, screen, session } from "./make.ts";
import { ABLATE } from "./terminal.ts";

const SIZES = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
] as const;

const cases = SIZES.flatMap((size) => VIEW_NAMES.map((view) => ({ ...size, view })));

test.each(cases)("$view at $columns x $rows", async ({ view, columns, rows }) => {
  const ui = session(exampleStore(), { columns, rows, settings: { view } });
  ui.open("study/v1-seed=1");

  await expect(textOf(ui)).toMatchFileSnapshot(`frames/${view}-${columns}x${rows}.txt`);
});

test.each(SIZES)("help at $columns x $rows", async ({ columns, rows }) => {
  const ui = session(exampleStore(), { columns, rows });
  press(ui, "?");

  await expect(textOf(ui)).toMatchFileSnapshot(`frames/help-${columns}x${rows}.txt`);
});

const real = SIZES.flatMap((size) =>
  (["layers", "findings"] as const).flatMap((view) =>
    ["tanh", "normed"].map((run) => ({ ...size, view, run })),
  ),
);

describe("of runs that the command has trained", () => {
  const folder = mkdtempSync(join(tmpdir(), "ablate-tui-real-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeAll(async () => {
    const config = join(folder, "real.yaml");
    writeFileSync(config, REAL);
    execFileSync(ABLATE, ["run", config, "--store", join(folder, "ablate.db"), "--quiet"]);
  });

  test.each(real)("$view of $run at $columns x $rows", async ({ view, run, ...size }) => {
    const ui = session(join(folder, "ablate.db"), {
      ...size,
      settings: { view, findingScope: "run", panel: run === "normed" ? "norm" : "saturation" },
    });
    ui.open(`real/${run}`);
    press(ui, "home");

    const [, ...lines] = screen(ui);

    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot(
      `frames/real-${run}-${view}-${size.columns}x${size.rows}.txt`,
    );
  });
});

/** Six layers that are far too hot, and the same under batch norm. */
const REAL = `
name: real
data: { file: ${fileURLToPath(new URL("../../../data/names.txt", import.meta.url))} }
model: { embedding: 10, hidden: [60, 60, 60, 60, 60] }
init: { hidden: { weight: { scheme: normal, std: 0.7 } } }
train: { steps: 250, batch_size: 32, lr: 0.1 }
record: { evaluate: none, samples: 0 }
variants:
  tanh: {}
  normed: { model.batch_norm: hidden }
`;

/** The frame without the size of the file, which every migration changes. */
function textOf(ui: Session): string {
  return `${screen(ui)
    .join("\n")
    .replace(/ablate\.db \d+ kB/, "ablate.db ### kB")}\n`;
}

test("a frame is the same from a copy of its store", () => {
  const path = exampleStore();
  copyFileSync(path, `${path}.copy.db`);

  const [first, second] = [path, `${path}.copy.db`].map((one) =>
    screen(session(one, { settings: { view: "charts" } })).slice(1),
  );

  expect(first).toEqual(second);
});
