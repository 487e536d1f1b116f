/** The first contact, on a terminal. */
import { expect, test } from "vitest";
import { temporaryFolder } from "./make.ts";
import { ABLATE, Terminal } from "./terminal.ts";

test("demo ends in the charts of its runs, and leaves its table on the screen", async () => {
  const size = { columns: 120, rows: 40 };
  const demo = new Terminal([ABLATE, "demo", "--steps", "50"], { folder: temporaryFolder(), size });

  await demo.waitFor("loss, nats");
  await demo.waitFor(/6 runs · 6 finished[\s\S]*6 marked/);
  demo.press("q");

  expect(await demo.exit).toBe(0);
  await demo.waitFor(/v7 .* batch norm[\s\S]*ln 27 = 3\.2958/);
});

test("demo --no-ui ends with its table", async () => {
  const demo = new Terminal([ABLATE, "demo", "--steps", "50", "--no-ui"], {
    folder: temporaryFolder(),
  });

  expect(await demo.exit).toBe(0);
  expect(demo.output).not.toContain("\u001b[?1049h");
});
