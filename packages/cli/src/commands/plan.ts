import { writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { expandedYaml, isToTrain } from "@ablate/runner";
import type { RunState } from "@ablate/store";
import type { Command, Invocation } from "../command-line/command.ts";
import { PLANNING_OPTIONS, READING_OPTIONS } from "../command-line/options.ts";
import { estimate } from "../plan/estimate.ts";
import { schemaComment, unlessExisting } from "../plan/new-config.ts";
import { type Planned, planConfig } from "../plan/planning.ts";
import { lessRecordedNote, otherThresholdsNote, readStored, trashNote } from "../plan/stored.ts";
import { planCounts, planEstimate, planTable } from "../print/plan-table.ts";
import { jsonArray } from "../print/rows.ts";

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
    const less = lessRecordedNote(planned.runs, stored.runs);
    const judged = otherThresholdsNote(planned.runs, stored);
    const inTrash = "in the trash; `ablate run` takes out what is planned";
    const trashed = trashNote(planned.runs, stored.runs, inTrash);
    const notes = [...planned.notes, less, judged, trashed].filter((note) => note !== null);
    const sayNotes = (): void => {
      for (const note of notes) terminal.warn(`${note}\n`);
    };
    if (flags.has("json")) {
      const records = rows.map(({ name, hash, spec, state, resolved }) => ({
        run: name,
        hash,
        seed: spec.seed,
        state,
        config: resolved,
      }));
      terminal.write(jsonArray(records));
      sayNotes();
      return 0;
    }
    const todo = rows.filter(({ state }) => willTrain(state));
    terminal.write(planTable(rows));
    sayNotes();
    const { excluded, vocabulary } = planned;
    terminal.write(`\n${planCounts(rows, { todo: todo.length, excluded })}`);
    if (todo.length === 0) return 0;
    const taken = estimate(todo, { kinds: stored.kinds, vocabulary });
    terminal.write(planEstimate(todo.length, { ...taken, stored: stored.bytes }));
    return 0;
  },
};

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
  unlessExisting(file, () => writeFileSync(path, schemaComment(path) + text, { flag: "wx" }));
  terminal.warn(`wrote ${file}\n`);
}
