import { existsSync, statSync } from "node:fs";
import { extname, resolve } from "node:path";
import {
  collectEarly,
  DamageError,
  EXPORT_TABLES,
  type StoreReader,
  sealStore,
} from "@ablate/store";
import { asLine, bytes, counted, didYouMean } from "@ablate/text";
import type { Command, Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { interruptible, unlessAborted } from "../command-line/interrupt.ts";
import { ALL_OPTION, STOPPED, STORE_OPTION } from "../command-line/options.ts";
import { exportRows, type RowsFormat } from "../export/rows.ts";
import { WEIGHTS_FORMATS, type WeightsRequest } from "../export/weights-request.ts";
import { type FileTarget, writeWhole } from "../export/whole-files.ts";
import { storePath, withOpenReader } from "../store/open.ts";
import { EVERY_RUN, findWhole, scopeOf } from "../store/resolve.ts";

type ExportFormat = RowsFormat | WeightsRequest["format"] | "tfevents" | "store";

export const EXPORT_FORMATS: readonly ExportFormat[] = [
  "csv",
  "jsonl",
  "parquet",
  ...WEIGHTS_FORMATS,
  "tfevents",
  "store",
];

const ENDINGS: Readonly<Record<string, ExportFormat>> = {
  ".csv": "csv",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".parquet": "parquet",
  ".safetensors": "safetensors",
  ".pt": "pytorch",
  ".db": "store",
};

export const command: Command = {
  about: [
    "Writes a run, or all runs of a grid, for other programs. csv, jsonl and parquet contain one table. By default it is history: one row per step, with loss, lr, a column ratio:PARAM for each parameter and metric.NAME for each metric. --table runs has one row per run, with the results and a column config.KEY for each setting; any other view of docs/sql.md can be chosen. safetensors contains the final weights, for a grid one file per run in a folder; pytorch contains the same as a state_dict for load_state_dict. tfevents is a folder for TensorBoard with one folder of event files per run. store is a store with these runs only, in one read-only file for other machines and for `ablate import`.",
    "Files appear whole or not at all, numbers have all digits, and memory use does not grow with the length of the runs.",
  ],
  options: {
    ...STORE_OPTION,
    format: {
      value: "NAME",
      choices: EXPORT_FORMATS,
      help: `${EXPORT_FORMATS.join(", ")} (default: by the ending of PATH)`,
    },
    output: { short: "o", value: "PATH", help: "the file (required); - prints csv and jsonl" },
    table: {
      value: "NAME",
      choices: EXPORT_TABLES,
      help: "history (default: one row per step), or a view such as runs or evals",
    },
    best: { help: "the weights of the lowest validation loss, where record.best kept them" },
    optimizer: { help: "with weights: also the state of the optimiser" },
    ...ALL_OPTION,
    force: { help: "replace an existing file" },
  },
  examples: [
    [
      "ablate export quickstart -o quickstart.parquet",
      "every step of every run, for pandas or DuckDB",
    ],
    ["ablate export quickstart --table runs -o runs.csv", "one row per run: settings and results"],
    ["ablate export quickstart/v7 -o v7.safetensors", "the trained weights"],
    ["ablate export quickstart/v7 -o v7.pt", "the same for PyTorch (docs/export.md)"],
    [
      "ablate export quickstart --format tfevents -o tb",
      "losses, ratios, histograms and settings for TensorBoard",
    ],
    [
      "ablate export quickstart -o quickstart.db",
      "a store of its own, for `ablate import` on another machine",
    ],
  ],
  exits: [["1", "a damaged run was left out"], STOPPED],
  see: ["docs/export.md", "docs/sql.md", "ablate import"],
  run: async (invocation) => {
    const { terminal } = invocation;
    const request = exportRequest(invocation);
    collectEarly();
    let isWhole = true;
    const work = async (signal: AbortSignal): Promise<void> => {
      const said = await withOpenReader(invocation, async (reader) => {
        const sentence = await exportTo(invocation, request, { reader, signal });
        isWhole = reader.checks.met.every(({ isOfName }) => isOfName);
        return sentence;
      });
      if (said !== null) terminal.warn(asLine(said));
    };
    const exitCode = await interruptible(work, () =>
      terminal.warn("stopped: nothing is written\n"),
    );
    return exitCode === 0 && !isWhole ? 1 : exitCode;
  },
};

/** What was asked for: a table, or something whole. */
type ExportRequest =
  | WeightsRequest
  | { readonly format: "store"; readonly target: FileTarget }
  | { readonly format: "tfevents"; readonly target: FileTarget }
  | {
      readonly format: RowsFormat;
      readonly table: string;
      /** null: stdout. */
      readonly target: FileTarget | null;
    };

/** @throws UsageError - if flags are missing or do not go together */
function exportRequest(invocation: Invocation): ExportRequest {
  const { flags, terminal } = invocation;
  const file = flags.text("output");
  if (file === undefined) {
    throw new UsageError("-o is missing: -o PATH, or `-o -` to print csv or jsonl");
  }
  const format = formatOf(flags.text("format"), file);
  const isWhole = isOfWeights(format) || format === "store" || format === "tfevents";
  const forWeights = ["best", "optimizer"].find((flag) => flags.has(flag));
  if (!isOfWeights(format) && forWeights !== undefined) {
    throw new UsageError(`--${forWeights} is for weights: ${WEIGHTS_FORMATS.join(" and ")}`);
  }
  if (isWhole && flags.has("table")) {
    throw new UsageError(`--table is for csv, jsonl and parquet; ${format} has no tables`);
  }
  const table = flags.text("table") ?? "history";
  if (!EXPORT_TABLES.includes(table)) throw unknownName("table", table, EXPORT_TABLES);
  if (format === "tfevents" && flags.has("force")) {
    throw new UsageError("--force is for files; tfevents takes a new folder");
  }
  if (file === "-") {
    if (format === "csv" || format === "jsonl") return { format, table, target: null };
    throw new UsageError(`${format} cannot be printed; name a file with -o`);
  }
  const path = resolve(terminal.folder, file);
  if (isSameFile(path, storePath(invocation))) {
    throw new UsageError(`${file} is the store that would be exported; name another file with -o`);
  }
  const target = { file, path, force: flags.has("force") };
  if (isOfWeights(format)) {
    const which = flags.has("best") ? "best" : "last";
    return { format, target, which, hasOptimizer: flags.has("optimizer") };
  }
  if (format === "store" || format === "tfevents") return { format, target };
  return { format, table, target };
}

function isOfWeights(format: ExportFormat): format is WeightsRequest["format"] {
  return WEIGHTS_FORMATS.some((one) => one === format);
}

function formatOf(named: string | undefined, file: string): ExportFormat {
  const format =
    named === undefined ? ENDINGS[extname(file)] : EXPORT_FORMATS.find((one) => one === named);
  if (format !== undefined) return format;
  if (named !== undefined) throw unknownName("format", named, EXPORT_FORMATS);
  throw new UsageError(`--format is missing: one of ${EXPORT_FORMATS.join(", ")}`);
}

function unknownName(flag: string, name: string, known: readonly string[]): UsageError {
  const guess = didYouMean(name, known);
  const hint = guess === null ? "" : `; ${guess}`;
  return new UsageError(`--${flag} takes one of ${known.join(", ")}, not "${name}"${hint}`);
}

function isSameFile(path: string, other: string): boolean {
  if (!existsSync(path) || !existsSync(other)) return path === other;
  const [a, b] = [statSync(path), statSync(other)];
  return a.dev === b.dev && a.ino === b.ino;
}

/** Does it, and says in a sentence what there is now; null where nobody reads it to its end. */
async function exportTo(
  invocation: Invocation,
  request: ExportRequest,
  { reader, signal }: { readonly reader: StoreReader; readonly signal: AbortSignal },
): Promise<string | null> {
  const { terminal, flags } = invocation;
  const wanted = request.format === "store" ? EVERY_RUN : scopeOf(invocation);
  const found = findWhole(reader, flags.positionals[0] ?? "", wanted);
  const { name, grid, runs } = found;
  const ofWhat = (count: number): string =>
    grid === null ? name : `${name} (${counted(count, "run")})`;
  const scope = { grid, runs: runs.map((run) => run.name) };
  if ("which" in request) {
    // What writes weights loads the engine, which no table needs.
    const { exportWeights, needsDeviationNote } = await import("../export/weights.ts");
    if (request.format === "pytorch" && (await needsDeviationNote(runs))) {
      terminal.warn(DEVIATION_NOTE);
    }
    return exportWeights(reader, found, { request, signal });
  }
  if (request.format === "store") {
    const { target } = request;
    const { weightsDamage } = await import("@ablate/runner");
    const options = { ...scope, weightsDamage };
    const write = async (path: string): Promise<number> => {
      const beforeRun = (): Promise<void> => unlessAborted(signal);
      const damaged = await sealStore(storePath(invocation), path, { ...options, beforeRun });
      for (const one of damaged) reader.checks.leaveOut(one);
      const [first] = damaged;
      if (first === undefined || damaged.length < runs.length) return runs.length - damaged.length;
      throw new DamageError(first.reason).of(first.run);
    };
    const written = await writeWhole(target, write);
    return `wrote ${ofWhat(written)} to ${sized(target)}, a store of its own`;
  }
  if (request.format === "tfevents") {
    const { exportEventFiles } = await import("../export/event-files.ts");
    return exportEventFiles(reader, found, { target: request.target, signal });
  }
  const { table, target } = request;
  const rows = await exportRows(reader.table(table, scope), { ...request, terminal, signal });
  if (rows === null) return null;
  return `wrote ${counted(rows, "row")} of ${ofWhat(runs.length)} to ${target === null ? "stdout" : sized(target)}`;
}

const DEVIATION_NOTE =
  "note: norms with a running standard deviation become BatchNorm1d, which evaluates the same and would train on otherwise\n";

function sized({ file, path }: FileTarget): string {
  return `${file} (${bytes(statSync(path).size)})`;
}
