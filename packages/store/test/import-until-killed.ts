/** Imports a store and is killed before its fourth run. */
import { importStore } from "../src/index.ts";

const [here = "", there = ""] = process.argv.slice(2);
let runs = 0;
await importStore(here, there, {
  beforeRun: async () => {
    runs += 1;
    if (runs === 4) process.kill(process.pid, "SIGKILL");
    if (runs === 4) await new Promise(() => {});
  },
});
