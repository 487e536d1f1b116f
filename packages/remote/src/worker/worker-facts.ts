import { randomUUID } from "node:crypto";
import { cpus, hostname, release, type } from "node:os";
import { queueName } from "../wire/protocol.ts";
import type { WorkerFacts } from "../wire/worker-wire.ts";

/** Returns what others may know of this worker. */
export function workerFacts(
  version: string,
  slots: number,
  environment: Readonly<Record<string, string | undefined>>,
): WorkerFacts {
  const { SLURM_JOB_ID: job, SLURM_ARRAY_TASK_ID: task } = environment;
  const host = hostname();
  return {
    ...{ id: randomUUID(), host, pid: process.pid, version, slots },
    name: `${host} ${process.pid}`,
    cpu: cpus()[0]?.model.trim() ?? null,
    os: `${type()} ${release()} ${process.arch}`,
    node: process.versions.node,
    queues: [queueName("simd")],
    ...(job ? { slurm: task ? `${job}_${task}` : job } : {}),
  };
}
