export { Discoverer, type Discovery } from "./discover.ts";
export { LogFollower } from "./follow/log-follower.ts";
export { takeLock } from "./follow/reading-lock.ts";
export { FORMATS } from "./formats.ts";
export type {
  EndEntry,
  FoundFile,
  FoundLog,
  LogEntry,
  LogFormat,
  LogFormatName,
  LogOptions,
  LogReader,
  RunEntry,
} from "./log.ts";
export type { RecordEvent } from "./record-event.ts";
export { recordPipe } from "./record-pipe.ts";
export { diagnoseLog, RecordedDiagnosis } from "./recorded-diagnosis.ts";
export {
  type LogsRead,
  type RecordOptions,
  type RecordOutcome,
  recordLogs,
} from "./recorder.ts";
export { EventWriter, type WrittenSetting } from "./tfevents/event-writer.ts";
