import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkStore } from "../src/index.ts";
import { wrongOf } from "./check-make.ts";
import { readerAt, temporaryPath, writerAt } from "./make.ts";

test("a kill at any moment leaves the numbers of a log and its position together", async () => {
  const path = temporaryPath();
  const script = join(import.meta.dirname, "series-writer.ts");
  const args = ["--conditions=@ablate/source", script, path];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let told = 0;
  for await (const chunk of child.stdout.setEncoding("utf8")) {
    told = Number(String(chunk).trim().split("\n").at(-1));
    if (told > 3000) break;
  }
  child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");

  const writer = writerAt(path);
  const [log] = writer.logPositions(1);
  const points = readerAt(path).metricPoints("g/v", "loss");
  expect(log?.position).toBeGreaterThanOrEqual(told);
  expect(points.steps).toHaveLength(log?.position ?? -1);
  expect([...points.numbers]).toEqual([...points.steps]);
  writer.markInterrupted();
  expect(wrongOf(checkStore(path))).toEqual([]);
});
