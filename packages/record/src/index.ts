export type {
  EndEntry,
  FoundFile,
  FoundLog,
  LogEntry,
  LogFormat,
  LogFormatName,
  LogReader,
  RunEntry,
} from "./log.ts";
