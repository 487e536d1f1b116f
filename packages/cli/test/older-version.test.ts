/** A store that an older version wrote is read, trained on and migrated; older-version/README.md says which. */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { ablate } from "./make.ts";
import { recordCommands, recordViews, type StoreRecord } from "./older-version/record.ts";

const SOURCE = join(import.meta.dirname, "older-version");

type Expected = { readonly before: StoreRecord; readonly trainedOn: StoreRecord["views"] };
const expected: Expected = JSON.parse(readFileSync(join(SOURCE, "expected.json"), "utf8"));

/** A folder with the older store and the configs that it was trained from. */
function olderFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ablate-older-"));
  for (const name of ["names.txt", "old.yaml", "odd.yaml"]) {
    cpSync(join(SOURCE, name), join(folder, name));
  }
  writeFileSync(join(folder, "ablate.db"), gunzipSync(readFileSync(join(SOURCE, "store.db.gz"))));
  return folder;
}

function runIn(folder: string): (...args: readonly string[]) => Promise<string> {
  return async (...args) => {
    const paths = args.map((arg) => (arg.endsWith(".yaml") ? join(folder, arg) : arg));
    const { stdout } = await ablate(folder, ...paths);
    return stdout.replaceAll(folder, "FOLDER");
  };
}

const oldColumns = (views: StoreRecord["views"]) => (view: string) => views[view]?.columns;

test("every view of an older store has the columns and rows that it had, without a write", async () => {
  const folder = olderFolder();
  const bytes = readFileSync(join(folder, "ablate.db"));
  const { views } = expected.before;

  expect(await recordViews(runIn(folder), oldColumns(views))).toEqual(views);

  expect(readFileSync(join(folder, "ablate.db")).equals(bytes)).toBe(true);
});

test("every command that prints JSON says of an older store what it said", async () => {
  const { commands } = expected.before;

  const now = await recordCommands(runIn(olderFolder()));

  for (const [command, printed] of Object.entries(commands)) {
    expect(now[command], command).toMatchObject(Object(printed));
  }
});

test("what an older version left unfinished is trained on to the bits it would have had", async () => {
  const folder = olderFolder();
  await ablate(folder, "run", "old.yaml");
  await ablate(folder, "run", "odd.yaml");

  const views = await recordViews(runIn(folder), oldColumns(expected.trainedOn));

  expect(views).toEqual(expected.trainedOn);
});
