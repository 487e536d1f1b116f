import type { Variables } from "./parameters.ts";
import { type RecordOptions, Run } from "./run.ts";
import type { Model, TensorFlow } from "./tensorflow.ts";

/** Records a loop of one's own; call `step(loss)` after each update. */
export function record(
  tf: TensorFlow,
  from: Model | Variables,
  optimizer: unknown = null,
  options: RecordOptions = {},
): Run {
  return new Run(tf, { from, optimizer }, options);
}
