export { canonicalJson } from "./config/canonical-json.ts";
export type {
  Exclusion,
  GridConfig,
  Overrides,
  RecordConfig,
  ResolvedConfig,
} from "./config/config.ts";
export { ConfigError, type Position, type Problem } from "./config/config-error.ts";
export { keyNamed, otherName as otherKeyName } from "./config/names-elsewhere.ts";
export { countProbes } from "./config/probe-schedule.ts";
export { readSchemes } from "./config/read-schemes.ts";
export { isSameText } from "./config/same-text.ts";
export { ORDERS } from "./config/sample-schema.ts";
export { CONFIG_KEYS } from "./config/schema.ts";
export { readSeeds, SeedsError } from "./config/seed-list.ts";
export { toRunSpec } from "./config/to-run-spec.ts";
export { whyUnreadable } from "./data/data-file.ts";
export { type Data, onData, readData } from "./data/read-data.ts";
export { storedDataset } from "./data/stored-dataset.ts";
export { diagnoseRecorded, recordedThresholds } from "./diagnose/diagnose-recorded.ts";
export { loadConfig } from "./grid/load-config.ts";
export type { GridRuns, PlannedConfig, PlannedRun } from "./plan/expand.ts";
export { expandGrid } from "./plan/expand.ts";
export { expandedYaml } from "./plan/expanded-config.ts";
export { dataHash, runHash } from "./plan/identity.ts";
export { planRuns } from "./plan/plan-runs.ts";
export { type SampledRuns, sampleRuns } from "./plan/sample-runs.ts";
export { configDamage, storedSettings, storedSpec, storedYaml } from "./plan/stored-config.ts";
export { weightsDamage } from "./plan/stored-weights.ts";
export { watchLine } from "./pool/attempt.ts";
export { CoreShares, type Share } from "./pool/core-shares.ts";
export { ForkedLine } from "./pool/forked-line.ts";
export type { HandedOver, Line, LineListener, OpenAttempt, Workforce } from "./pool/line.ts";
export {
  type GridOptions,
  type GridOutcome,
  runGrid,
} from "./pool/run-grid.ts";
export { isToTrain, type TrainMode } from "./pool/run-queue.ts";
export type { TrainableRun } from "./pool/train-run.ts";
export { givenKeys, type SettingKey, settingKeys, settingNames } from "./reference/setting-keys.ts";
export type { GridEvent, KeptRun } from "./train/events.ts";
export type {
  CoordinatorMessage,
  EndedMessage,
  FinalMessage,
  StartedMessage,
  StopMessage,
  TrainMessage,
  WorkerMessage,
} from "./train/messages.ts";
export { collectProvenance, machineProvenance, programCommit } from "./train/provenance.ts";
export { countValidations } from "./train/schedule.ts";
export { askedStart } from "./train/start.ts";
export { sampleSeed } from "./worker/run-loop.ts";
export { decodeRunState } from "./worker/run-state.ts";
