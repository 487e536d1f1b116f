export { type Annotation, annotate } from "./annotate.ts";
export type {
  Annotated,
  Annotations,
  Claim,
  CurveBlock,
  CurvePoint,
  EvaluationRow,
  GridPlan,
  GridSummary,
  ParameterRatio,
  ParameterRow,
  PlannedRun,
  Provenance,
  QueryResult,
  RecordedRun,
  RunEnd,
  RunEvent,
  RunFilter,
  RunStamp,
  RunState,
  RunSummary,
  SeriesInfo,
  Snapshot,
  StepBlock,
  StepLoss,
  StepRange,
  StepRatios,
  StoredEvaluation,
  StoredRun,
  StoredSample,
  StoredWeights,
  StoreReader,
  StoreWriter,
  Ticks,
  TrainedKind,
  WaitOptions,
  WriterOptions,
} from "./contract.ts";
export { importStore } from "./exchange/import-store.ts";
export type {
  ImportedGrid,
  ImportedRun,
  ImportOptions,
  ImportReport,
  RunChange,
} from "./exchange/import-types.ts";
export { sealStore } from "./exchange/seal-store.ts";
export { EXPORT_TABLES } from "./export/open-table.ts";
export type { Batch, Cells, ExportColumn, ExportScope, ExportTable } from "./export/table.ts";
export { fieldNames, filterSubject } from "./filter/fields.ts";
export { type Filter, parseFilter, unknownFields } from "./filter/filter.ts";
export { FilterError } from "./filter/filter-error.ts";
export type { FilterSubject } from "./filter/match.ts";
export { openReader } from "./open-reader.ts";
export { openWriter } from "./open-writer.ts";
export type { Probe } from "./probe/probe.ts";
export { shortKey } from "./short-key.ts";
export { StoreError } from "./store-error.ts";
