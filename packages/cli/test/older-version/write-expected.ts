/** Writes expected.json: what the version whose launcher is the first argument says of the store in the folder of the second. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { olderFolder } from "./folder.ts";
import { recordCommands, recordViews } from "./record.ts";

const launcher = process.argv[2] ?? "";
const version = process.argv[3] ?? "version-10";
const folder = olderFolder(version);

function run(...args: readonly string[]): string {
  const { stdout } = spawnSync(launcher, args, { cwd: folder, encoding: "utf8", maxBuffer: 1e9 });
  return stdout.replaceAll(folder, "FOLDER");
}

const before = { views: await recordViews(run), commands: await recordCommands(run) };
run("run", "old.yaml");
run("run", "odd.yaml");
const expected = { before, trainedOn: await recordViews(run) };
writeFileSync(
  join(import.meta.dirname, version, "expected.json"),
  `${JSON.stringify(expected, null, 1)}\n`,
);
