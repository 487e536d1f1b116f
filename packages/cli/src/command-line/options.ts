/** Flags, exit codes and variables that several verbs share. */
import { ROW_FORMAT_NAMES, type RowFormat } from "../print/rows.ts";
import type { HelpRow, Option } from "./command.ts";
import type { Flags } from "./flags.ts";

export const STORE_OPTION: { readonly store: Option } = {
  store: { value: "FILE", help: "the store (default ablate.db, or ABLATE_STORE)" },
};

/** Of verbs that record logs. */
export const LOG_OPTIONS: Readonly<Record<"follow" | "exit-when-idle" | "step", Option>> = {
  follow: { help: "go on with what is written later" },
  "exit-when-idle": { value: "D", help: "with --follow: end once nothing new has come for D" },
  step: { value: "COLUMN", help: "the column of tables that counts steps" },
};

export const READING_OPTIONS: { readonly store: Option; readonly json: Option } = {
  ...STORE_OPTION,
  json: { help: "print one JSON array" },
};

/** Of verbs that show the runs of a grid. */
export const ALL_OPTION: { readonly all: Option } = {
  all: { help: "also runs left from earlier plans, which their config no longer has" },
};

export const ONLY_OPTION: Option = {
  multiple: true,
  value: "FILTER",
  help: "only runs that match, as v5, state:failed or lr>=0.1 (docs/filter.md)",
};

export const FORMAT_OPTION: Option = {
  value: "NAME",
  choices: ROW_FORMAT_NAMES,
  help: "table, json, csv or markdown; for a paper latex, html or typst",
};

/** Returns the format that `--format` or `--json` asks for. */
export function rowFormat(flags: Flags): RowFormat {
  return flags.has("json") ? "json" : (flags.choice("format", ROW_FORMAT_NAMES) ?? "table");
}

type PlanningFlag = "set" | "steps" | "seeds" | "only" | "engine" | "yes";

export const PLANNING_OPTIONS: Readonly<Record<PlanningFlag, Option>> = {
  set: {
    multiple: true,
    value: "KEY=VALUE",
    help: "override a config key; commas make a factor of the grid",
  },
  steps: { value: "N", help: "train N steps" },
  seeds: { value: "1,2,3", help: "one run per seed; 1..5,9 for a range" },
  only: ONLY_OPTION,
  engine: { value: "NAME", choices: ["simd", "tfjs"], help: "what trains: simd or tfjs" },
  yes: { help: "plan more than 10,000 runs" },
};

/** Which of the planned runs, and when, for `run` and `plan`. */
export const SAMPLING_OPTIONS: Readonly<Record<"sample" | "order", Option>> = {
  sample: {
    value: "N",
    help: "only N runs of the grid, a random subset; settings with all their seeds (docs/config.md)",
  },
  order: {
    value: "NAME",
    choices: ["config", "random"],
    help: "train in the order of the config, or in a random one",
  },
};

type TrainingFlag = "workers" | "threads" | "timeout" | "max-retries" | "storage-timeout";

export const TRAINING_OPTIONS: Readonly<Record<TrainingFlag, Option>> = {
  workers: { value: "N", help: "train N runs at a time (default: one per core)" },
  threads: {
    value: "N",
    help: "compute each run with N threads, same bits (default: wide ones with idle cores, where it pays)",
  },
  timeout: { value: "D", help: "fail a run that takes longer than 90s, 10m or 2h in one go" },
  "max-retries": {
    value: "N",
    help: "try a run again N times whose worker died or hung (default 1)",
  },
  "storage-timeout": {
    value: "D",
    help: "stop once the store took nothing for D: disk full, locked, gone (default 60s)",
  },
};

type BeginningFlag = "restart" | "mixed-revisions";

/** Where runs begin, for `run` and for `plan`, which says so before. */
export const BEGINNING_OPTIONS: Readonly<Record<BeginningFlag, Option>> = {
  restart: { help: "train every run again, from step 0, nothing taken over" },
  "mixed-revisions": {
    help: "go on from checkpoints of another revision of the engine; both are recorded",
  },
};

export const ON: HelpRow = ["ABLATE_ON", "the URL of the Postgres, unless one is given"];
export const KEPT: HelpRow = ["2", "runs are left as they are: begun by another engine revision"];
export const STOPPED: HelpRow = ["130", "stopped by the user (Ctrl-C)"];
export const FAILED: HelpRow = ["1", "a run failed or diverged"];
export const BACKEND: HelpRow = [
  "ABLATE_TFJS_BACKEND",
  "what the engine tfjs runs on: tensorflow, wasm, cpu",
];
export const KERNELS: HelpRow = [
  "ABLATE_KERNELS",
  "other kernels of the engine simd, of the same bits: soft, unpaired, wide, narrow (docs/engines.md)",
];
export const CI: HelpRow = ["CI", "progress in plain lines, nothing rewritten"];
