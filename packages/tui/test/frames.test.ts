/** Every view of a small real store as text, at two sizes; `vitest -u` draws the files anew. */
import { copyFileSync } from "node:fs";
import { expect, test } from "vitest";
import { VIEWS } from "../src/state/look.ts";
import { exampleStore, press, screen, session } from "./make.ts";

const SIZES = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
] as const;

const cases = SIZES.flatMap((size) => VIEWS.map((view) => ({ ...size, view })));

test.each(cases)("$view at $columns x $rows", async ({ view, columns, rows }) => {
  const ui = session(exampleStore(), { columns, rows, look: { view } });
  ui.open("study/v1-seed=1");

  await expect(`${screen(ui).join("\n")}\n`).toMatchFileSnapshot(
    `frames/${view}-${columns}x${rows}.txt`,
  );
});

test.each(SIZES)("help at $columns x $rows", async ({ columns, rows }) => {
  const ui = session(exampleStore(), { columns, rows });
  press(ui, "?");

  await expect(`${screen(ui).join("\n")}\n`).toMatchFileSnapshot(
    `frames/help-${columns}x${rows}.txt`,
  );
});

test("a frame is the same from a copy of its store", () => {
  const path = exampleStore();
  copyFileSync(path, `${path}.copy.db`);

  const [first, second] = [path, `${path}.copy.db`].map((one) =>
    screen(session(one, { look: { view: "charts" } })).slice(1),
  );

  expect(first).toEqual(second);
});
