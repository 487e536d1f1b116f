/** A store that an older version wrote is read, trained on and migrated; older-version/README.md says which. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ablate, jsonRows } from "./make.ts";
import { olderFolder } from "./older-version/folder.ts";
import { recordCommands, recordViews, type StoreRecord } from "./older-version/record.ts";

type Expected = { readonly before: StoreRecord; readonly trainedOn: StoreRecord["views"] };

/** The stores of two older versions, by the number of their layout and the folder that they are in. */
const OLDER = [
  [8, "."],
  [10, "version-10"],
] as const;

function expectedOf(version: string): Expected {
  const file = join(import.meta.dirname, "older-version", version, "expected.json");
  return JSON.parse(readFileSync(file, "utf8"));
}

function runIn(folder: string): (...args: readonly string[]) => Promise<string> {
  return async (...args) => {
    const paths = args.map((arg) => (arg.endsWith(".yaml") ? join(folder, arg) : arg));
    const { stdout } = await ablate(folder, ...paths);
    return stdout.replaceAll(folder, "FOLDER");
  };
}

const oldColumns = (views: StoreRecord["views"]) => (view: string) => views[view]?.columns;

test.each(OLDER)(
  "every view of a store of version %i has what it had, without a write",
  async (_, version) => {
    const expected = expectedOf(version);
    const folder = olderFolder(version);
    const bytes = readFileSync(join(folder, "ablate.db"));
    const { views } = expected.before;

    expect(await recordViews(runIn(folder), oldColumns(views))).toEqual(views);

    expect(readFileSync(join(folder, "ablate.db")).equals(bytes)).toBe(true);
  },
);

test.each(OLDER)(
  "every command that prints JSON says of a store of version %i what it said",
  async (_, version) => {
    const { commands } = expectedOf(version).before;

    const now = await recordCommands(runIn(olderFolder(version)));

    for (const [command, printed] of Object.entries(commands)) {
      expect(now[command], command).toMatchObject(Object(printed));
    }
  },
);

/** What does not depend on the engine: columns, and how many rows there are. */
function extentOf(views: StoreRecord["views"]): unknown {
  return Object.fromEntries(
    Object.entries(views).map(([view, { columns, count }]) => [view, { columns, count }]),
  );
}

test.each(OLDER)(
  "what version %i left unfinished by its engine stays so, and goes on where that is wanted",
  async (_, version) => {
    const { trainedOn } = expectedOf(version);
    const folder = olderFolder(version);
    const before = await checkpoints(folder);
    expect((await ablate(folder, "run", "old.yaml")).status).toBe(0);
    const kept = await ablate(folder, "run", "odd.yaml");
    expect([kept.status, kept.stderr]).toEqual([2, expect.stringContaining("engine revision 1")]);
    expect(await checkpoints(folder)).toEqual(expect.arrayContaining([...before]));

    expect((await ablate(folder, "run", "odd.yaml", "--mixed-revisions")).status).toBe(1);

    const views = await recordViews(runIn(folder), oldColumns(trainedOn));
    expect(extentOf(views)).toEqual(extentOf(trainedOn));
    for (const view of ["grid_runs", "tags", "notes"]) expect(views[view]).toEqual(trainedOn[view]);
  },
);

async function checkpoints(folder: string): Promise<readonly unknown[]> {
  const sql = "select run_id, step, sha256, hex(weights), hex(state) from checkpoint";
  return jsonRows(await ablate(folder, "query", sql, "--json", "--limit", "0"));
}
