/** What all formats of logs have in common: where logs are found, and what they say. */
import type { MetricFacts, Parameter, Probe, StepBlock } from "@ablate/core";
import type {
  LogPosition,
  MetricNumbers,
  PrintedLines,
  Provenance,
  RunDescription,
  Seed,
} from "@ablate/store";

export type LogFormatName =
  | "frames"
  | "tfevents"
  | "wandb"
  | "csv"
  | "jsonl"
  | "text"
  | "mlflow"
  | "trackio";

/** A file that a walk has found. */
export type FoundFile = {
  readonly path: string;
  /** Its first bytes, 512 at most. */
  readonly head: Buffer;
  readonly size: number;
  /** Whether the user named it, and not only a folder that it is in: then what cannot be told from other files is a log. */
  readonly isNamed: boolean;
};

/** What the user says of logs that do not say it themselves. */
export type LogOptions = {
  /** The column that counts steps; null: the one whose name says so. */
  readonly stepColumn: string | null;
};

/** A format of logs. */
export type LogFormat = {
  readonly name: LogFormatName;
  /** Says whether a file is of this format, by its first bytes before its name. */
  readonly claims: (file: FoundFile) => boolean;
  /** Says whether a file gets more logs while it is written to, as a database does; unless given none does. */
  readonly getsMore?: (file: FoundFile) => boolean;
  /** Makes logs of the files that it has claimed; several files may be one log, one file may have several. */
  readonly logs: (files: readonly FoundFile[], options: LogOptions) => readonly FoundLog[];
};

/** The log of one run. */
export type FoundLog = {
  readonly format: LogFormatName;
  /** What tells its run from every other, wherever the log lies: the hash of the run is made of it. */
  readonly identity: string;
  /** What the run is called: `grid/label`. Where the log does not name a grid, it is that of its folder. */
  readonly grid: string;
  readonly label: string;
  /** Its files, to ask whether they have grown. */
  readonly paths: readonly string[];
  /** Whether a log that has ended says so: one that does not was interrupted. */
  readonly marksEnd?: boolean;
  /** Milliseconds without anything new after which nobody writes it any more; ten minutes unless given. */
  readonly quietMs?: number;
  /** Opens it where what is recorded ends; `[]`: at its beginning. */
  readonly open: (positions: readonly LogPosition[]) => LogReader;
};

/** Reads one log that may still grow; it holds no file open between two calls. */
export type LogReader = {
  /**
   * Reads on, about `budget` bytes; nothing where there is nothing new. What is cut off at the end waits for the next
   * call. Damage is a `trouble`, once, and ends the log there: what was whole before it is kept.
   */
  readonly read: (budget: number) => readonly LogEntry[];
  /**
   * Returns what can be told of what is cut off at the end, where nobody follows the log any more: the last line of a
   * table that no line break ends. It does not move the positions, and what it tells may be told again.
   */
  readonly finish?: () => readonly LogEntry[];
  /** Returns how long training took, and up to when, for a log that does not say its end. */
  readonly times?: () => LogTimes;
  /** Says whether the process that writes the log is there; null, or left out: nobody knows. */
  readonly isWritten?: () => boolean | null;
  /** Where it goes on after what was read. */
  readonly positions: () => readonly LogPosition[];
  readonly close: () => void;
};

/** Something that a log says, in the order in which it says it. */
export type LogEntry =
  | RunEntry
  | { readonly type: "describe"; readonly description: RunDescription }
  | { readonly type: "declare"; readonly metrics: readonly MetricFacts[] }
  | { readonly type: "metrics"; readonly series: readonly MetricNumbers[] }
  /** Every step from `block.first` on; an earlier one than the next is a rewind and said before by one. */
  | {
      readonly type: "steps";
      readonly block: StepBlock;
      readonly metricNames: readonly string[];
      readonly trainSeconds?: number;
      /** When the last of them was made, in milliseconds since 1970. */
      readonly atMs?: number;
    }
  /** `isAnew`: training began again at its step, and the probes of this one and of later ones go before. */
  | { readonly type: "probe"; readonly probe: Probe; readonly isAnew?: boolean }
  /** What was said of this step and of later ones holds no more: training was restarted before it. */
  | { readonly type: "rewind"; readonly step: number }
  | { readonly type: "event"; readonly kind: string; readonly message: string | null }
  /** What the program has printed, line by line, after so many that are left out: more would not be kept. */
  | ({ readonly type: "console" } & PrintedLines)
  /** One sentence for the user. */
  | { readonly type: "trouble"; readonly message: string }
  | EndEntry;

/**
 * The first entry of every log that is read from its beginning. Where one comes later, the log was replaced by another of
 * the same run: whatever was recorded of it before goes.
 */
export type RunEntry = {
  readonly type: "run";
  /** Settings as the other program says them. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly seed: Seed | null;
  /** pytorch, tensorflow.js, keras, ...; null where the log does not say. */
  readonly framework: string | null;
  /** Null: the end is open. */
  readonly steps: number | null;
  readonly parameters: readonly Parameter[];
  readonly provenance: Provenance;
  /** When it was started, in milliseconds since 1970; null, or left out: the log does not say. */
  readonly startedAt?: number | null;
};

export type EndEntry = {
  readonly type: "end";
  readonly state: "finished" | "failed" | "stopped" | "interrupted";
  readonly reason: string;
  readonly error: string | null;
  readonly trainSeconds: number | null;
  /** When that was, in milliseconds since 1970; null, or left out: the log does not say. */
  readonly endedAt?: number | null;
};

export type LogTimes = Pick<EndEntry, "trainSeconds" | "endedAt">;
