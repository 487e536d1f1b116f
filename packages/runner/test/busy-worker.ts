/**
 * Loaded into workers before anything else: before its first word of how a run ended, one computes for
 * `BUSY_MS` without a turn of its event loop, and then leaves the file `BUSY_MARK`. It pauses in between, for
 * others have the processor too.
 */
import { writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const { BUSY_MS = "0", BUSY_MARK = "" } = process.env;
const lock = new Int32Array(new SharedArrayBuffer(4));

if (isMainThread && process.send !== undefined) {
  process.send = new Proxy(process.send.bind(process), {
    apply: (send, self, args) => {
      if (args[0]?.type === "ended") computeFor(Number(BUSY_MS));
      return Reflect.apply(send, self, args);
    },
  });
}

function computeFor(ms: number): void {
  const until = performance.now() + ms;
  let sum = 0;
  while (performance.now() < until) {
    for (let i = 0; i < 1e6; i++) sum += Math.sqrt(i); // milliseconds
    Atomics.wait(lock, 0, 0, 20);
  }
  writeFileSync(BUSY_MARK, `${sum}`);
}
