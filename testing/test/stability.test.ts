/** What docs/stability.md promises in numbers, beside the code; the version, in each file that has it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ENGINE_REVISIONS } from "../../packages/core/src/engines/revision.ts";
import { encodeFrame } from "../../packages/frames/src/frame.ts";
import { PROTOCOL } from "../../packages/remote/src/wire/protocol.ts";
import { CURRENT_VERSION } from "../../packages/store/src/migrations/migrate.ts";
import { VERSION_PLACES } from "../../release/version-places.ts";

const ROOT = join(import.meta.dirname, "../..");

test("the page of promises states the numbers of today's code", () => {
  const magic = encodeFrame({ head: { type: "alive" }, arrays: {} })
    .subarray(0, 4)
    .toString("latin1");

  expect(numberOf("what a run computes")).toBe(
    `engine revision: \`simd\` ${ENGINE_REVISIONS.simd}, \`tfjs\` ${ENGINE_REVISIONS.tfjs}`,
  );
  expect(numberOf("store")).toBe(`version ${CURRENT_VERSION} (\`pragma user_version\`)`);
  expect(promiseOf("store")).toContain(`brought up to ${CURRENT_VERSION} by the first write`);
  expect(numberOf("frames, which recorders write")).toBe(`\`${magic}\``);
  expect(numberOf("protocol between machines")).toBe(`${PROTOCOL}`);
});

test("every file that has the version has the same one, and the changelog knows it", () => {
  const { version } = JSON.parse(read("release/package.json"));

  for (const [file, place] of Object.entries(VERSION_PLACES)) {
    expect([file, place.exec(read(file))?.[2]]).toEqual([file, version]);
  }
  expect(read("CHANGELOG.md")).toContain(`\n## ${version}\n`);
  expect(read("release/CHANGELOG.md")).toBe(read("CHANGELOG.md"));
});

function numberOf(what: string): string | undefined {
  return rowOf(what)[0];
}

function promiseOf(what: string): string | undefined {
  return rowOf(what)[1];
}

/** Returns the other cells of the row that begins with these words. */
function rowOf(what: string): readonly string[] {
  const rows = read("docs/stability.md").split("\n");
  const row = rows.find((line) => line.startsWith(`| ${what} |`));
  return (row ?? "").split(" | ").slice(1);
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}
