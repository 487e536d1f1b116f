/** Entry of a worker process: trains what the coordinator sends, one run at a time, and ends with it. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { Worker as Thread } from "node:worker_threads";
import { entryFile } from "@ablate/assets";
import type { CoordinatorMessage, WorkerMessage } from "../train/messages.ts";
import type { WatchdogData } from "./watchdog.ts";
import type { Outlet } from "./worker.ts";

/**
 * Messages that may be on their way to the store before training waits: enough to train on while one
 * is written, few enough that memory stays flat whatever is slower.
 */
const MOST_UNACKNOWLEDGED = 4;
/** The event loop is counted as alive this often: twice in each check of the watchdog. */
const TURN_MS = 500;
/** Where the coordinator reads signs of life: the descriptor after stdio and the channel. */
const BEAT_PIPE = 4;

/** Sends to the coordinator and waits where it lags behind. */
class ParentOutlet implements Outlet {
  #unacknowledged = 0;
  #onAck = (): void => {};

  send(message: WorkerMessage): void {
    this.#unacknowledged += 1;
    // A channel that has just closed takes nothing more: `disconnect` ends the process.
    process.send?.(message, undefined, undefined, () => {});
  }

  async ready(): Promise<void> {
    await nextTurn();
    while (this.#unacknowledged >= MOST_UNACKNOWLEDGED) {
      await new Promise<void>((resolve) => {
        this.#onAck = resolve;
      });
    }
  }

  acknowledge(): void {
    this.#unacknowledged -= 1;
    this.#onAck();
  }
}

/** Ignores signals: the terminal sends them to the whole process group, and the coordinator says what they mean. */
function leaveSignalsToTheCoordinator(): void {
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]) process.on(name, () => {});
}

function startWatchdog(parent: number): void {
  const turns = new Int32Array(new SharedArrayBuffer(4));
  setInterval(() => Atomics.add(turns, 0, 1), TURN_MS).unref();
  const data: WatchdogData = { turns, parent, pipe: BEAT_PIPE };
  new Thread(entryFile("watchdog"), { workerData: data }).unref();
}

process.on("disconnect", () => process.exit());
leaveSignalsToTheCoordinator();
startWatchdog(Number(process.argv[2]));
const { Worker } = await import("./worker.ts");
const outlet = new ParentOutlet();
const worker = new Worker(outlet);
process.on("message", (message: CoordinatorMessage) => {
  if (message.type === "ack") outlet.acknowledge();
  else worker.receive(message);
});
