import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { postgresFound } from "../../testing/postgres.ts";

const script = fileURLToPath(new URL("../src/remote.ts", import.meta.url));
const { missing } = postgresFound();

describe.skipIf(missing !== null)(`remote${missing === null ? "" : ` (${missing})`}`, () => {
  test("one short round says what comes through, how soon, and beside two local workers", () => {
    const args = "--rounds 1 --steps 300 --seconds 1 --workers 3 --only two-layer".split(" ");
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--conditions=@ablate/source", script, ...args],
      { encoding: "utf8" },
    );

    expect(stderr).not.toContain("bench:");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^two-layer +[\d,]+ +[\d.]+ +[\d.]+ +[\d.]+$/m);
    expect(stdout).toMatch(
      /^handed out +its request is at a worker that waits, p50, p95 +[\d.]+, /m,
    );
    expect(stdout).toMatch(/^two-layer +3 +[\d.]+ +-?[\d.]+ +\d+ % /m);
    expect(stdout).toMatch(/^[\d,]+ \(.*\) +[\d.]+ \(.*\) +at least 0.85: (met|NOT MET)$/m);
  }, 120_000);
});
