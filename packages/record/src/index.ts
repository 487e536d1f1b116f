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
