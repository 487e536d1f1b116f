/** A worker in a process of its own, which can be stopped and killed; prints what happens, a line of JSON each. */
import { readAddress } from "../src/database/address.ts";
import { WorkerWire } from "../src/wire/worker-wire.ts";
import { runWorker } from "../src/worker/run-worker.ts";
import { workerFacts } from "../src/worker/worker-facts.ts";

const [, , url = ""] = process.argv;
const going = new AbortController();
process.on("SIGTERM", () => going.abort());
const wire = await WorkerWire.open(readAddress(url, {}), workerFacts("1.0.0", 1, {}));
const say = (said: object): void => {
  process.stdout.write(`${JSON.stringify(said)}\n`);
};
const common = { wire, workers: 1, cores: 1, name: "lab2", version: "1.0.0", environment: {} };
say(await runWorker({ ...common, signal: going.signal, onEvent: say }));
await wire.close();
