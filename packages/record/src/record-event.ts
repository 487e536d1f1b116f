/** What happens while logs are recorded, for whoever shows it. */
import type { RunState, StorageEvent } from "@ablate/store";
import type { EndEntry, LogFormatName } from "./log.ts";

export type RecordEvent =
  /** Logs were found, or more of them. */
  | { readonly event: "found"; readonly logs: number }
  | StartedRecording
  | ProgressOfLog
  | EndedLog
  | UnchangedLog
  /** Another process that is there records it, or trains it. */
  | OfRun<"held", { readonly pid: number | null; readonly host: string | null }>
  /** One sentence; `run` is null where it is about no run. */
  | { readonly event: "trouble"; readonly run: string | null; readonly message: string }
  | StorageEvent;

type OfRun<Event extends string, Facts> = { readonly event: Event; readonly run: string } & Facts;

type StartedRecording = OfRun<
  "recording",
  {
    readonly source: LogFormatName;
    /** Updates planned; null: the end is open. */
    readonly steps: number | null;
    /** Whether earlier steps of it were recorded before. */
    readonly isResumed: boolean;
  }
>;

type ProgressOfLog = OfRun<"progress", LogProgress>;

export type LogProgress = {
  /** Steps that its log has told so far. */
  readonly step: number;
  /** The last loss of a step; null where none is known. */
  readonly loss: number | null;
};

type EndedLog = OfRun<"ended", LogProgress & Pick<EndEntry, "state" | "reason" | "error">>;

/** There is nothing new of it, or it is in the trash and stays there. */
type UnchangedLog = OfRun<"unchanged", { readonly state: RunState; readonly isTrashed: boolean }>;
