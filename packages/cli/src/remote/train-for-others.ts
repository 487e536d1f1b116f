/** Trains what others hand out, until the worker is done or has to go. */
import { availableParallelism } from "node:os";
import { ENGINE_REVISIONS } from "@ablate/core";
import type { Address, RemoteWorkerOptions, WorkerFacts, WorkerWire } from "@ablate/remote";
import type { Invocation } from "../command-line/command.ts";
import { onInterrupt, STOPPED_BY_USER } from "../command-line/interrupt.ts";
import type { WorkerEvent } from "../print/worker-shown.ts";
import { wantedBackend } from "../training/engines.ts";

type Options = Pick<RemoteWorkerOptions, "workers" | "threads" | "maxRuns" | "exitWhenIdleMs"> & {
  readonly onEvent: (event: WorkerEvent) => void;
};

/**
 * @returns the exit code
 * @throws DatabaseError - it cannot be connected, or refuses what trying again does not change
 */
export async function trainForOthers(
  { terminal, version }: Invocation,
  address: Address,
  options: Options,
): Promise<number> {
  const { runWorker, workerFacts } = await import("@ablate/remote");
  const facts = workerFacts(version, options.workers, terminal.environment);
  const interrupt = onInterrupt(() => {});
  const { signal, killSignal } = interrupt;
  try {
    const wire = await connected(address, facts, { ...options, signal });
    if (wire === null) return signal.aborted ? STOPPED_BY_USER : 0;
    try {
      const { why } = await runWorker({
        ...options,
        ...{ wire, signal, killSignal, version, name: `${facts.host} ${facts.pid}` },
        cores: availableParallelism(),
        backend: wantedBackend(terminal),
        environment: terminal.environment,
      });
      return why === "evicted" || why === "killed" ? STOPPED_BY_USER : 0;
    } finally {
      await wire.close();
    }
  } finally {
    interrupt.release();
  }
}

/** Connects, and waits for the first coordinator there; null: the wait was ended. */
async function connected(
  address: Address,
  { host, pid, version, slots, ...facts }: WorkerFacts,
  { signal, exitWhenIdleMs, onEvent }: Options & { readonly signal: AbortSignal },
): Promise<WorkerWire | null> {
  const { PROTOCOL, WorkerWire } = await import("@ablate/remote");
  const idle = exitWhenIdleMs === undefined ? [] : [AbortSignal.timeout(exitWhenIdleMs)];
  const end = AbortSignal.any([signal, ...idle]);
  const engines = [`simd ${ENGINE_REVISIONS.simd}`];
  const can = { host, pid, version, slots, protocol: PROTOCOL, engines };
  try {
    return await WorkerWire.open(
      address,
      { host, pid, version, slots, ...facts },
      {
        isPatient: true,
        signal: end,
        onConnected: () => onEvent({ event: "connected", database: address.shown, ...can }),
        onWait: () => onEvent({ event: "waiting", coordinators: [] }),
      },
    );
  } catch (error) {
    if (end.aborted) return null;
    throw error;
  }
}
