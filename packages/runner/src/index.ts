export { countValidations } from "./agenda.ts";
export {
  type GridOptions,
  type GridOutcome,
  runGrid,
} from "./coordinator.ts";
export { diagnoseRecorded, recordedThresholds } from "./diagnose-recorded.ts";
export type { GridEvent } from "./events.ts";
export { loadConfig } from "./load-config.ts";
export { expandGrid } from "./plan/expand.ts";
export { expandedYaml } from "./plan/expanded-config.ts";
export { dataHash, runHash } from "./plan/identity.ts";
export { planRuns } from "./plan/plan-runs.ts";
export type { GridRuns, PlannedConfig, PlannedRun } from "./plan/planned.ts";
export { toRunSpec } from "./plan/to-run-spec.ts";
export { isToTrain, type TrainMode } from "./pool/schedule.ts";
export type { TrainableRun } from "./pool/train-run.ts";
export { countProbes } from "./probe-schedule.ts";
export { collectProvenance } from "./provenance.ts";
export { readSchemes } from "./read-schemes.ts";
export { sampleSeed } from "./sample-seed.ts";
export { canonicalJson } from "./spec/canonical-json.ts";
export type {
  Exclusion,
  GridConfig,
  Overrides,
  RecordConfig,
  ResolvedConfig,
} from "./spec/config.ts";
export { ConfigError, type Position, type Problem } from "./spec/config-error.ts";
export { CONFIG_KEYS } from "./spec/schema.ts";
export { continuationOf } from "./start.ts";
export { storedSpec, storedYaml } from "./stored-config.ts";
