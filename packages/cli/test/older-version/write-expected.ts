/** Writes expected.json: what the version whose launcher is the first argument says of store.db.gz. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { recordCommands, recordViews } from "./record.ts";

const launcher = process.argv[2] ?? "";
const here = import.meta.dirname;
const folder = mkdtempSync(join(tmpdir(), "ablate-older-"));
for (const name of ["names.txt", "old.yaml", "odd.yaml"])
  cpSync(join(here, name), join(folder, name));
writeFileSync(join(folder, "ablate.db"), gunzipSync(readFileSync(join(here, "store.db.gz"))));

function run(...args: readonly string[]): string {
  const { stdout } = spawnSync(launcher, args, { cwd: folder, encoding: "utf8", maxBuffer: 1e9 });
  return stdout.replaceAll(folder, "FOLDER");
}

const before = { views: await recordViews(run), commands: await recordCommands(run) };
run("run", "old.yaml");
run("run", "odd.yaml");
const expected = { before, trainedOn: await recordViews(run) };
writeFileSync(join(here, "expected.json"), `${JSON.stringify(expected, null, 1)}\n`);
