import { expect, test } from "vitest";
import { ablate, makeFolder } from "./make.ts";

test("demo trains six runs, tells the story in seven rows and says what to try next", async () => {
  const folder = makeFolder();

  const { status, stdout } = await ablate(folder, "demo", "--steps", "20");

  expect(status).toBe(0);
  for (const row of ["v1", "v2", "v3", "v4", "v5", "v6", "v7"]) {
    expect(stdout).toMatch(new RegExp(`^${row} .* \\d+\\.\\d{4} .* \\d+\\.\\d{4} `, "m"));
  }
  expect(stdout).toContain("ln 27 = 3.2958");
  expect(stdout.match(/^ {2}ablate /gm)).toHaveLength(4);
  expect((await ablate(folder, "demo", "--steps", "20")).stderr).toContain("6 already trained");
});
