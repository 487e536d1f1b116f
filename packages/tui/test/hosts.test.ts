/** Where runs train, as the UI shows it: of several machines, of another one, and of this one alone. */
import { hostname } from "node:os";
import { DatabaseSync } from "node:sqlite";
import { openWriter, type Provenance } from "@ablate/store";
import { expect, test } from "vitest";
import { makeStore, press, screen, session } from "./make.ts";
import { openUiAt } from "./terminal.ts";

/** A store whose run `a` trains, whose run `b` has been stopped, and whose run `c` waits; two have a provenance. */
function storeOf(a: Provenance, b: Provenance): string {
  const path = makeStore([]);
  const writer = openWriter(path);
  const labels = ["a", "b", "c"];
  const stored = writer.planGrid({
    ...{ name: "g", description: "", spec: "name: g" },
    runs: labels.map((label, i) => ({
      ...{ hash: `${label}-0123456789`, name: `g/${label}`, label, seed: 1, steps: 400 },
      ...{ engine: "simd", config: JSON.stringify({ train: { lr: i } }) },
    })),
  });
  for (const [i, provenance] of [a, b].entries()) {
    const { id = 0 } = stored[i] ?? {};
    const claim = { token: `token-${i}`, pid: process.pid, host: hostname() };
    writer.claimRun(id, claim, provenance, []);
    if (i === 1) writer.endRun(id, claim.token, STOPPED);
  }
  writer.close();
  return path;
}

const STOPPED = {
  ...({ state: "stopped", reason: "user", error: null } as const),
  ...{ trainSeconds: 1, snapshot: null },
};

test.each([
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
])("a terminal of $columns x $rows shows where each of two runs trains", async (size) => {
  const ui = await openUiAt(storeOf({ host: "box2" }, { host: "box1" }), { size });

  await ui.waitFor("trains on box2");
  // Beside the other panes the table has no room for the column.
  if (size.columns < 120) expect(ui.text).toMatch(/ a .*box2\s*\n.* b .*box1\s*\n/);
  ui.press("down");
  await ui.waitFor("trained on box1");
  ui.press("3");
  await ui.waitFor(/^.?trained on box1\s*$/m);
  ui.press("0");
  await ui.waitFor("training on box2 · trained on box1");
});

test("runs that are all of another machine are told to be there; of this one nothing is said", () => {
  const size = { columns: 120, rows: 40 };
  const away = session(storeOf({ host: "box2" }, { host: "box2" }), size);
  const here = session(storeOf({ host: hostname() }, { host: hostname() }), size);

  expect(screen(away).join("\n")).toContain("trains on box2");
  for (const key of ["1", "3", "0"]) {
    press(here, key);
    expect(screen(here).join("\n")).not.toMatch(/train\w+ on /);
  }
});

test.each(["host: box1", '["host","box1"]', "null", '{"host":7}', '{"host":""}'])(
  "a run whose provenance is %s is on no machine, and disturbs none of the others",
  (said) => {
    const path = storeOf({}, { host: "box2" });
    const database = new DatabaseSync(path);
    database.prepare("update run set provenance = ? where name = 'g/a'").run(said);
    database.close();
    const ui = session(path, { columns: 120, rows: 40 });

    press(ui, "0");
    expect(screen(ui).join("\n")).toMatch(/^ trained on box2$/m);
    press(ui, "1");
    expect(screen(ui).join("\n")).not.toMatch(/trains on/);
  },
);
