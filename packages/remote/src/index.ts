export { decodeWorkerMessage, encodeMessage } from "./codec/codec.ts";
export { RemoteWorkforce } from "./coordinator/remote-workforce.ts";
export type { WorkforceOptions } from "./coordinator/workforce-options.ts";
export { type Address, readAddress } from "./database/address.ts";
export type { Database } from "./database/database.ts";
export { DatabaseError } from "./database/database-error.ts";
export { AddressError } from "./database/parameters.ts";
export {
  type AttemptState,
  CoordinatorWire,
  type LiveAttempt,
  type NewAttempt,
  type Row,
} from "./wire/coordinator-wire.ts";
export {
  type CoordinatorListed,
  type Dropped,
  dropSchema,
  listWorkers,
  type WorkerListed,
  type WorkersListed,
} from "./wire/list-workers.ts";
export { PROTOCOL, queueName, type Tie } from "./wire/protocol.ts";
export { HeldStoreError, type StoreFacts } from "./wire/store-lock.ts";
export {
  type CoordinatorSeen,
  type Order,
  type Taken,
  type WorkerFacts,
  type WorkerState,
  WorkerWire,
} from "./wire/worker-wire.ts";
export {
  type RemoteWorkerEnd,
  type RemoteWorkerOptions,
  runWorker,
} from "./worker/run-worker.ts";
export type { RemoteWorkerEvent } from "./worker/worker-event.ts";
export { workerFacts } from "./worker/worker-facts.ts";
