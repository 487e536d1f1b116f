/** Stores of so many runs that the first of them are shown before the others are read. */
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { makeStore, press, rows, screen, session } from "./make.ts";

const PART = 3;
const RUNS = Array.from({ length: 20 }, (_, i) => ({ label: `v${i}`, gain: 1 + i }));

type Ui = ReturnType<typeof session>;

const header = (ui: Ui): string => screen(ui)[0] ?? "";

function readOn(ui: Ui): void {
  for (let polls = 0; polls < RUNS.length; polls++) ui.poll(Date.now());
}

function storeWith(sql = ""): string {
  const path = makeStore(RUNS);
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
  return path;
}

test("the first runs are shown under a header that says how many are read, and then all of them", () => {
  const path = storeWith();
  const ui = session(path, { part: PART });
  expect(header(ui)).toBe(" ◌ reading 20 runs: so far of the first 3");
  expect(rows(ui).map((row) => /v\d+/.exec(row)?.[0])).toEqual(["v0", "v1", "v2"]);

  readOn(ui);

  expect(screen(ui)).toEqual(screen(session(path)));
});

test("keys are answered meanwhile, and hold for all runs in the end", () => {
  const path = storeWith();
  const ui = session(path, { part: PART });
  press(ui, "down");
  press(ui, "/", ..."v1*");
  expect(header(ui)).toContain("reading 20 runs");
  expect(ui.scene.table.matches.map(({ title }) => title)).toEqual(["v1"]);

  press(ui, "enter");
  readOn(ui);

  expect(header(ui)).toContain("11 of 20 runs");
  expect(ui.state.focus).toBe("g/v1");
});

test("what others write meanwhile is there in the end", () => {
  const path = storeWith();
  const ui = session(path, { part: PART });
  const database = new DatabaseSync(path);
  database.exec("insert into run_note (run_id, text) values (1, 'mine'), (15, 'theirs')");
  database.close();

  readOn(ui);

  const noted = ui.scene.snapshot.runs.filter(({ note }) => note !== null);
  expect(noted.map(({ name, note }) => [name, note])).toEqual([
    ["g/v0", "mine"],
    ["g/v14", "theirs"],
  ]);
});

test.each([
  [
    "results that were not written",
    "update run set recent_loss = 7 where id in (2, 12)",
    /g\/v1 is damaged: its results .*, and 1 more/,
  ],
  [
    "configs that are no JSON",
    "update run set config = 'x' where id in (2, 12)",
    /g\/v1 is damaged: its config .*, and 1 more/,
  ],
])("runs with %s are left out and named once all are compared", (_, sql, said) => {
  const path = storeWith(sql);
  const ui = session(path, { part: PART });

  readOn(ui);

  expect(header(ui)).toMatch(said);
  expect(screen(ui)).toEqual(screen(session(path)));
});
