import { dirname, relative, resolve } from "node:path";
import { expandedYaml, isToTrain, type PlannedRun } from "@ablate/runner";
import type { RunState } from "@ablate/store";
import type { Command, Invocation } from "../command-line/command.ts";
import { PLANNING_OPTIONS, READING_OPTIONS } from "../command-line/options.ts";
import { estimate } from "../plan/estimate.ts";
import { type Planned, planConfig } from "../plan/planning.ts";
import { notesBefore, readStored } from "../plan/stored.ts";
import { planCounts, planEstimate, planTable } from "../print/plan-table.ts";
import { jsonArray } from "../print/rows.ts";
import { schemaComment, writeNew } from "./new.ts";

export const command: Command = {
  about: [
    "Reads the config, expands its grid and says of each run what differs, what it would take and whether the store has it already, and, if not whole, why. Trains nothing and makes no store. All mistakes of a config are listed at once, with line and column.",
  ],
  options: {
    ...PLANNING_OPTIONS,
    save: { type: "string", value: "FILE", help: "write the runs as a config of their own" },
    ...READING_OPTIONS,
  },
  examples: [
    ["ablate plan configs/quickstart.yaml", "what `ablate run` would train"],
    ["ablate plan my.yaml --set train.lr=0.01,0.1", "the same as a grid over two learning rates"],
    ['ablate plan my.yaml --only "v5 or lr>=0.1"', "some of its runs, under the same names"],
    ["ablate plan my.yaml --seeds 1,2 --save two.yaml", "these runs, spelled out, to run or edit"],
  ],
  see: ["docs/config.md", "docs/filter.md", "ablate run"],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const planned = planConfig(invocation);
    const save = flags.text("save");
    if (save !== undefined) saveRuns(save, planned, invocation);
    const stored = readStored(invocation, planned.runs);
    const rows = planned.runs.map((run, i) => {
      const known = stored.runs.get(run.hash);
      const state: RunState | "new" = known?.state ?? "new";
      const start = willTrain(state) ? (stored.starts[i] ?? null) : null;
      return { ...run, name: known?.name ?? run.name, state, start };
    });
    const inTrash = "in the trash; `ablate run` takes out what is planned";
    const notes = notesBefore(planned, stored, { inTrash }).map((note) => `${note}\n`);
    terminal.write(flags.has("json") ? jsonArray(rows.map(record)) : planTable(rows));
    terminal.warn(notes.join(""));
    if (flags.has("json")) return 0;
    const todo = rows.filter(({ state }) => willTrain(state));
    const { excluded, vocabulary } = planned;
    terminal.write(`\n${planCounts(rows, todo.length, excluded)}`);
    if (todo.length === 0) return 0;
    const taken = estimate(todo, stored.kinds, vocabulary);
    terminal.write(planEstimate(todo.length, taken, stored.bytes));
    return 0;
  },
};

function record(run: PlannedRun & { readonly state: string }): object {
  const { name, hash, spec, state, resolved } = run;
  return { run: name, hash, seed: spec.seed, state, config: resolved };
}

/** Whether `ablate run` trains a run that is in this state. */
function willTrain(state: RunState | "new"): boolean {
  return state === "new" || isToTrain({ state });
}

function saveRuns(file: string, { config, runs }: Planned, { terminal }: Invocation): void {
  const path = resolve(terminal.folder, file);
  const text = expandedYaml(runs, {
    name: config.name,
    description: config.description,
    dataFile: relative(dirname(path), config.dataFile),
  });
  writeNew(file, path, schemaComment(path) + text);
  terminal.warn(`wrote ${file}\n`);
}
