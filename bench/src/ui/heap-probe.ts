/** Loaded into the program: on SIGUSR2 it collects garbage and writes what is left to a file. */
import { renameSync, writeFileSync } from "node:fs";

const file = process.env.ABLATE_BENCH_HEAP;

process.on("SIGUSR2", () => {
  if (file === undefined || globalThis.gc === undefined) return;
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  writeFileSync(`${file}.draft`, JSON.stringify({ heapUsed, external }));
  renameSync(`${file}.draft`, file);
});
