/**
 * Loaded into the command and its workers before anything else: a worker gets a signal before it sends
 * its n-th message of a type. `BREAK_AT` says which: `steps 3 SIGSTOP 2` stops the first two workers that
 * come to send steps for the third time, each once. A file `worker-N.pid` names each of them.
 */
import { writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const [type = "", count = "1", signal = "SIGSTOP", times = "1"] =
  process.env.BREAK_AT?.split(" ") ?? [];

function isFirst(): boolean {
  for (let place = 0; place < Number(times); place++) {
    try {
      writeFileSync(`worker-${place}.pid`, `${process.pid}`, { flag: "wx" });
      return true;
    } catch {}
  }
  return false;
}

if (isMainThread && process.send !== undefined) {
  let sent = 0;
  process.send = new Proxy(process.send.bind(process), {
    apply: (send, self, args) => {
      if (args[0]?.type === type) sent += 1;
      if (args[0]?.type === type && sent === Number(count) && isFirst()) {
        process.kill(process.pid, signal);
      }
      return Reflect.apply(send, self, args);
    },
  });
}
