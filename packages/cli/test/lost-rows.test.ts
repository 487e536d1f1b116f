/** A store in which an index has lost a run. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { ablate, inTurn } from "./make.ts";
import { olderFolder } from "./older-version/folder.ts";

/** Writes another byte into the key of an entry of an index, so that it is of no row. */
function breakIndex(store: string, index: string): void {
  const database = new DatabaseSync(store);
  const text = `select (select page_size from pragma_page_size) as size, pageno from dbstat where name = ?`;
  const found = database.prepare(text).get(index);
  database.close();
  const [size, page] = [Number(found?.size), Number(found?.pageno)];
  const bytes = readFileSync(store);
  const last = page * size - 2;
  bytes[last] = (bytes[last] ?? 0) ^ 2;
  writeFileSync(store, bytes);
}

test.each(["sqlite_autoindex_grid_run_1", "grid_run_by_run", "sqlite_autoindex_run_1"])(
  "a run that %s has lost is not missing without a word, and a repair finds it",
  async (index) => {
    const folder = olderFolder("version-10");
    await ablate(folder, "doctor", "--repair");
    breakIndex(join(folder, "ablate.db"), index);

    const lines = ["runs", "compare old", "report old -o r.html", "ui --once --size 160x40"];
    const answers = await inTurn(lines, async (line) => ablate(folder, ...line.split(" ")));

    for (const { stdout, stderr } of answers) {
      expect(stderr + stdout).toMatch(/the store is damaged.* runs may be missing/);
    }
    await ablate(folder, "doctor", "--repair");
    expect((await ablate(folder, "runs")).stderr).toBe("");
  },
);
