export { PROTOCOL, queueName, type Tie } from "./wire/protocol.ts";
export {
  type RemoteWorkerEnd,
  type RemoteWorkerOptions,
  runWorker,
} from "./worker/run-worker.ts";
export type { RemoteWorkerEvent } from "./worker/worker-event.ts";
