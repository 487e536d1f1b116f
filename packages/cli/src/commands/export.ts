import { statSync } from "node:fs";
import { EXPORT_TABLES, type StoreReader, sealStore } from "@ablate/store";
import { bytes, counted } from "@ablate/text";
import type { Command, Invocation } from "../command-line/command.ts";
import { interruptible, unlessAborted } from "../command-line/interrupt.ts";
import { STOPPED, STORE_OPTION } from "../command-line/options.ts";
import { exportRows } from "../export/export-rows.ts";
import { exportWeights } from "../export/export-weights.ts";
import { EXPORT_FORMATS, type ExportRequest, exportRequest } from "../export/request.ts";
import { writeWhole } from "../export/whole-files.ts";
import { storePath, withOpenReader } from "../store/open.ts";
import { findTarget, type Target } from "../store/resolve.ts";

export const command: Command = {
  about: [
    "Writes a run, or all runs of a grid, for other programs. csv, jsonl and parquet hold one table: by default history, a row a step with loss, lr and a column ratio:PARAM for each parameter; --table runs has the settings and results to join it with, and any other view of docs/sql.md can be chosen. safetensors holds the final weights, of a grid in a folder with a file a run. store is a sealed store with these runs alone, in one file that can be read anywhere and imported elsewhere.",
    "Files appear whole or not at all, numbers have every digit, and memory stays small however long the runs are.",
  ],
  options: {
    ...STORE_OPTION,
    format: {
      type: "string",
      value: "NAME",
      choices: EXPORT_FORMATS,
      help: `${EXPORT_FORMATS.join(", ")} (default: by the ending of PATH)`,
    },
    output: {
      type: "string",
      short: "o",
      value: "PATH",
      help: "the file (required); - prints csv and jsonl",
    },
    table: {
      type: "string",
      value: "NAME",
      choices: EXPORT_TABLES,
      help: "history (default: a row a step), or a view, as runs or evals",
    },
    force: { type: "boolean", help: "replace a file that is there" },
  },
  examples: [
    [
      "ablate export quickstart -o quickstart.parquet",
      "every step of every run, for pandas or DuckDB",
    ],
    ["ablate export quickstart --table runs -o runs.csv", "a row a run: settings and results"],
    ["ablate export quickstart/v7 -o v7.safetensors", "the trained weights"],
    [
      "ablate export quickstart -o quickstart.db",
      "a store of its own, for `ablate import` elsewhere",
    ],
  ],
  exits: [STOPPED],
  see: ["docs/export.md", "docs/sql.md", "ablate import"],
  run: async (invocation) => {
    const { terminal } = invocation;
    const request = exportRequest(invocation);
    const work = async (signal: AbortSignal): Promise<void> => {
      const said = await withOpenReader(invocation, (reader) =>
        exportTo(invocation, { reader, request, signal }),
      );
      if (said !== null) terminal.warn(`${said}\n`);
    };
    return interruptible(work, () => terminal.warn("stopped: nothing is written\n"));
  },
};

type Work = {
  readonly reader: StoreReader;
  readonly request: ExportRequest;
  readonly signal: AbortSignal;
};

/** Does it, and says in a sentence what there is now; null where nobody reads it to its end. */
async function exportTo(
  invocation: Invocation,
  { reader, request, signal }: Work,
): Promise<string | null> {
  const { terminal, flags } = invocation;
  const found = findTarget(reader, flags.positionals[0] ?? "");
  if (request.kind === "safetensors") {
    const { written, without } = await exportWeights(reader, found, {
      target: request.target,
      signal,
    });
    const rest = without === 0 ? "" : `; ${counted(without, "run")} without weights`;
    return `wrote the weights of ${counted(written, "run")} to ${request.target.file}${rest}`;
  }
  const scope = { grid: found.grid, runs: found.runs.map(({ name }) => name) };
  if (request.kind === "store") {
    await writeWhole(request.target, (path) =>
      sealStore(storePath(invocation), path, { ...scope, beforeRun: () => unlessAborted(signal) }),
    );
    return `wrote ${ofWhat(found)} to ${sized(request.target)}, a store of its own`;
  }
  const { target, table } = request;
  const rows = await exportRows(reader.table(table, scope), { ...request, terminal, signal });
  if (rows === null) return null;
  const where = target === null ? "stdout" : sized(target);
  return `wrote ${counted(rows, "row")} of ${ofWhat(found)} to ${where}`;
}

function ofWhat({ name, grid, runs }: Target): string {
  return grid === null ? name : `${name} (${counted(runs.length, "run")})`;
}

function sized({ file, path }: { readonly file: string; readonly path: string }): string {
  return `${file} (${bytes(statSync(path).size)})`;
}
