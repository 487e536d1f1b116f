export { AblateCallback, type CallbackOptions } from "./ablate-callback.ts";
export { record } from "./record.ts";
export type { Numbers, RecordOptions, Run } from "./run.ts";
