/** What a coordinator and a worker agree on before they exchange anything. */
import { ENGINE_REVISIONS, type EngineName } from "@ablate/core";

/** Of the messages and of the tables; another one is in the name of every queue, so that versions never meet. */
export const PROTOCOL = 1;

/** The backend of TensorFlow.js that a run began on: it goes on there only. */
export type Tie = { readonly backend: string; readonly version: string };

/** Returns the queue of the runs that workers with this engine can train. */
export function queueName(engine: EngineName, tie: Tie | null = null): string {
  const name = `runs.${PROTOCOL}.${engine}.${ENGINE_REVISIONS[engine]}`;
  return tie === null ? name : `${name}.${tie.backend}.${tie.version}`;
}
