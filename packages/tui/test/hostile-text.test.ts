import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { makeStore } from "./make.ts";
import { openUiAt } from "./terminal.ts";

const CURSE = "\x1b]0;PWNED\x07\x1b[31m\u009b31m\u202e\u2066\u200b\u2028\r\nx";

/** Puts it where users and data files put text. */
function curse(path: string): void {
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  for (const table of ["digest", "seal", "name_digest", "grid_digest"]) {
    database.exec(`delete from ${table}`);
  }
  const texts = [
    ...["run.name", "run.error", "run.engine", "run.host", "grid.name", "grid_run.label"],
    ...["sample.text", "event.message", "finding.rule", "finding.message", "param.name"],
    ...["param.layer", "probe_layer.name", "tag.tag"],
  ];
  database.exec(
    "insert into run_note select id, 'noted' from run; insert into tag select id, 'x' from run",
  );
  for (const [table, column] of [...texts, "run_note.text"].map((text) => text.split("."))) {
    database.prepare(`update "${table}" set "${column}" = "${column}" || ?`).run(CURSE);
  }
  database.close();
}

/** What the UI itself sends: colours, the cursor's place, the modes of the screen. */
const ESCAPE = "\x1b";
const OWN = new RegExp(`${ESCAPE}\\[(?:\\?\\d+[hl]|[\\d;]*[mHK]|2J)`, "g");

test("the UI sends a terminal nothing of hostile text, in any view and at any key", async () => {
  const store = makeStore([
    { label: "a" },
    { label: "b", end: { state: "failed", reason: "error", error: "boom" } },
  ]);
  curse(store);
  const ui = await openUiAt(store, { size: { columns: 110, rows: 30 } });

  for (const keys of [
    "2",
    "3",
    "j",
    "G",
    "4",
    "5",
    "6",
    "1",
    "v",
    "escape",
    "t",
    "escape",
    "e",
    "escape",
    "?",
    "escape",
    "/",
  ]) {
    ui.press(keys);
    await ui.drawn();
  }
  ui.type(`${CURSE}\x1b`);
  await ui.drawn();

  expect(ui.output).toContain("\\u{1b}]0;PWNED\\u{7}");
  const sent = ui.output.replace(OWN, "").match(/[^\r\n\P{C}]|[\u2028\u2029]/gu) ?? [];
  expect([...new Set(sent)].map((char) => JSON.stringify(char))).toEqual([]);
});
