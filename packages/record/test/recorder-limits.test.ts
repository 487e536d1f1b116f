/** What a recorder does where there is much, or no room. */
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openWriter } from "@ablate/store";
import { expect, onTestFinished, test } from "vitest";
import { type RecordEvent, recordLogs } from "../src/index.ts";
import { framesOf, stepsFrame } from "./make-frames.ts";
import { contentOf, recordInto, temporaryFolder, writeLog } from "./record-make.ts";

const canLimit = spawnSync("prlimit", ["--fsize=1000000:", "true"]).status === 0;

test.skipIf(!canLimit)("a store without room is told, and the next call goes on", async () => {
  const folder = temporaryFolder();
  const frames = framesOf({ steps: 4000, block: 100, parameters: 40 });
  const path = writeLog(folder, "a.ablate", frames);
  const program = fileURLToPath(new URL("record-once.ts", import.meta.url));
  const node = [process.execPath, "--conditions=@ablate/source", program, folder, path];

  const limited = spawnSync("prlimit", ["--fsize=700000:700000", ...node], { encoding: "utf8" });
  expect(limited.stdout).toMatch(/^given up: cannot write to \S+: /);
  await recordInto(folder, [path]);

  const clean = temporaryFolder();
  await recordInto(clean, [path]);
  expect(contentOf(folder)).toEqual(contentOf(clean));
});

test("a file of 64 MB is recorded in parts, and a folder of many logs in turn", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "logs"));
  const run = { parameters: 600, end: null };
  const path = writeLog(join(folder, "logs"), "big.ablate", framesOf({ ...run, steps: 0 }));
  for (let first = 0; first < 25_000; first += 1000) {
    appendFileSync(path, stepsFrame(run, first, 1000));
  }
  for (let i = 0; i < 20; i++) {
    writeFileSync(
      join(folder, "logs", `small${i}.ablate`),
      Buffer.concat(framesOf({ id: `s${i}`, name: `g/s${i}`, steps: 20 })),
    );
  }
  const store = openWriter(join(folder, "ablate.db"));
  onTestFinished(() => store.close());
  const begun: string[] = [];
  const before = process.memoryUsage.rss();
  let most = 0;
  const onEvent = (event: RecordEvent): void => {
    if (event.event === "recording") begun.push(event.run);
    if (event.event === "progress" && begun.length < 21) expect(event.step).toBeLessThan(3000);
    most = Math.max(most, process.memoryUsage.rss() - before);
  };

  await recordLogs({ store, paths: [join(folder, "logs")], onEvent });

  expect(begun).toHaveLength(21);
  expect(most).toBeLessThan(200e6);
});

test("two that begin at once on a new store record every log once", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "logs"));
  for (let i = 0; i < 8; i++) {
    writeLog(join(folder, "logs"), `${i}.ablate`, framesOf({ id: `s${i}`, name: `g/s${i}` }));
  }

  const both = await Promise.all([1, 2].map(() => recordInto(folder, [join(folder, "logs")])));

  expect(both.flatMap(({ events }) => events.filter(({ event }) => event === "trouble"))).toEqual(
    [],
  );
  const clean = temporaryFolder();
  await recordInto(clean, [join(folder, "logs")]);
  expect(contentOf(folder)).toEqual(contentOf(clean));
});
