/** Flags, exit codes and variables that several verbs share. */
import { ROW_FORMAT_NAMES, type RowFormat } from "../print/rows.ts";
import type { HelpRow, Option } from "./command.ts";
import type { Flags } from "./flags.ts";

export const STORE_OPTION: { readonly store: Option } = {
  store: { value: "FILE", help: "the store (default ablate.db, or ABLATE_STORE)" },
};

/** Of verbs that record logs. */
export const LOG_OPTIONS: Readonly<Record<"follow" | "exit-when-idle" | "step", Option>> = {
  follow: { help: "continue with new lines and new files" },
  "exit-when-idle": { value: "D", help: "with --follow: exit after D without anything new" },
  step: { value: "COLUMN", help: "the column that counts steps, in tables" },
};

export const READING_OPTIONS: { readonly store: Option; readonly json: Option } = {
  ...STORE_OPTION,
  json: { help: "print one JSON array" },
};

/** Of verbs that show the runs of a grid. */
export const ALL_OPTION: { readonly all: Option } = {
  all: { help: "include runs left from earlier plans, which their config no longer has" },
};

export const ONLY_OPTION: Option = {
  multiple: true,
  value: "FILTER",
  help: "only runs that match: v5, state:failed, lr>=0.1 (docs/filter.md)",
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
    help: "override a config key; several values, by commas, vary it",
  },
  steps: { value: "N", help: "train N steps" },
  seeds: { value: "1,2,3", help: "train with each of these seeds; ranges as 1..5,9" },
  only: ONLY_OPTION,
  engine: { value: "NAME", choices: ["simd", "tfjs"], help: "engine: simd or tfjs" },
  yes: { help: "allow more than 10,000 runs" },
};

/** Which of the planned runs, and when, for `run` and `plan`. */
export const SAMPLING_OPTIONS: Readonly<Record<"sample" | "order", Option>> = {
  sample: {
    value: "N",
    help: "only N random runs of the grid, each setting with all its seeds (docs/config.md)",
  },
  order: {
    value: "NAME",
    choices: ["config", "random"],
    help: "the order of training: config or random",
  },
};

type TrainingFlag = "workers" | "threads" | "timeout" | "max-retries" | "storage-timeout";

export const TRAINING_OPTIONS: Readonly<Record<TrainingFlag, Option>> = {
  workers: { value: "N", help: "train N runs at a time (default: one per core)" },
  threads: {
    value: "N",
    help: "compute each run with N threads, with equal results (default: idle cores help with wide networks)",
  },
  timeout: { value: "D", help: "fail a run after this time without a pause: 90s, 10m, 2h" },
  "max-retries": {
    value: "N",
    help: "retry a run N times if its worker died or hung (default 1)",
  },
  "storage-timeout": {
    value: "D",
    help: "stop after the store has been unwritable for D: disk full, locked, gone (default 60s)",
  },
};

type BeginningFlag = "restart" | "mixed-revisions";

/** Where runs begin, for `run` and for `plan`, which says so before. */
export const BEGINNING_OPTIONS: Readonly<Record<BeginningFlag, Option>> = {
  restart: { help: "train every run again from step 0" },
  "mixed-revisions": {
    help: "continue from checkpoints of another engine revision; both are recorded",
  },
};

export const ON: HelpRow = ["ABLATE_ON", "the URL of the Postgres, if none is given"];
export const KEPT: HelpRow = ["2", "runs were not touched: another engine revision began them"];
export const STOPPED: HelpRow = ["130", "stopped by the user (Ctrl-C)"];
export const FAILED: HelpRow = ["1", "a run failed or diverged"];
export const BACKEND: HelpRow = [
  "ABLATE_TFJS_BACKEND",
  "backend of the engine tfjs: tensorflow, wasm, cpu",
];
export const KERNELS: HelpRow = [
  "ABLATE_KERNELS",
  "kernels of the engine simd, with equal results: soft, unpaired, wide, narrow (docs/engines.md)",
];
export const CI: HelpRow = ["CI", "print progress as plain lines"];
