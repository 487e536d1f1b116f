/** What is said of runs that another revision of the engine has trained, where a command leaves or replaces them. */
import { join } from "node:path";
import { ENGINE_REVISIONS } from "@ablate/core";
import { expect, test } from "vitest";
import { ablate, jsonRows } from "./make.ts";
import { olderFolder } from "./older-version/folder.ts";

const NOW = ENGINE_REVISIONS.simd;

/** A store of version 13, where one run was trained anew meanwhile and another one on. */
async function trainedThere(): Promise<string> {
  const folder = olderFolder("version-13");
  await ablate(folder, "run", "old.yaml", "--only", "done", "--restart");
  await ablate(folder, "run", "old.yaml", "--only", "killed", "--mixed-revisions");
  return join(folder, "ablate.db");
}

test("import names runs whose record here and there are of other revisions, and says which stays", async () => {
  const [here, there] = [olderFolder("version-13"), await trainedThere()];

  const dry = await ablate(here, "import", there, "--dry-run");
  const { status, stdout } = await ablate(here, "import", there);

  expect(status).toBe(0);
  expect(stdout).toMatch(/old\/done +as complete here +finished +20\n/);
  expect(stdout).toContain(
    `old/done: trained by revision 1 of the engine here and by revision ${NOW} there, whose bits differ; what is here stays\n`,
  );
  expect(stdout).toMatch(/old\/killed +more complete there +finished +200\n/);
  expect(stdout).toContain(
    `old/killed: trained by revision 1 of the engine here and by revision 1 and then ${NOW} there, whose bits differ; what is there takes its place\n`,
  );
  expect(stdout).not.toContain("old/stopped:");
  expect(dry.stdout).toBe(stdout.replace("\nimported", "\nwould import"));
  const again = jsonRows(await ablate(here, "import", there, "--json"));
  expect(
    again.map(({ run, revision_here, revision_there }) => [run, revision_here, revision_there]),
  ).toEqual([
    ["old/done", "1", `${NOW}`],
    ["old/stopped", "1", "1"],
    ["old/killed", `1,${NOW}`, `1,${NOW}`],
  ]);
  expect((await ablate(here, "import", there, "--store", "new.db")).stdout).not.toContain(
    "revision",
  );
});
