import { isToTrain, type PlannedRun } from "@ablate/runner";
import { type RunState, type StoredRun, shortKey } from "@ablate/store";
import { setting, UNKNOWN } from "@ablate/tui";
import type { Command, Invocation } from "../command.ts";
import { PLANNING_OPTIONS, READING_OPTIONS } from "../options.ts";
import { type Planned, planConfig } from "../planning.ts";
import { jsonArray } from "../print/rows.ts";
import { table } from "../print/table.ts";
import { withAnyReader } from "../store.ts";

export const command: Command = {
  positionals: ["CONFIG"],
  options: { ...PLANNING_OPTIONS, ...READING_OPTIONS },
  examples: [
    ["ablate plan configs/quickstart.yaml", "what `ablate run` would train"],
    ["ablate plan my.yaml --set train.lr=0.01,0.1", "the same as a grid over two learning rates"],
    ['ablate plan my.yaml --only "v5 or lr>=0.1"', "some of its runs, under the same names"],
  ],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const planned = planConfig(invocation);
    const states = storedStates(invocation, planned);
    const rows = planned.runs.map((run) => {
      const stored = states.get(run.hash);
      const state: RunState | "new" = stored?.state ?? "new";
      return { ...run, name: stored?.name ?? run.name, state };
    });
    if (flags.has("json")) {
      const records = rows.map(({ name, hash, spec, state, resolved }) => ({
        run: name,
        hash,
        seed: spec.seed,
        state,
        config: resolved,
      }));
      terminal.write(jsonArray(records));
      return 0;
    }
    const todo = rows.filter(({ state }) => willTrain(state)).length;
    terminal.write(plannedTable(rows));
    for (const note of planned.notes) terminal.note(`${note}\n`);
    terminal.note(`${rows.length === 1 ? "1 run" : `${rows.length} runs`}, ${todo} to train\n`);
    return 0;
  },
};

/** Whether `ablate run` trains a run that is in this state. */
function willTrain(state: RunState | "new"): boolean {
  return state === "new" || isToTrain({ state });
}

/** The planned runs that the store knows, by hash; none where there is no store. */
function storedStates(invocation: Invocation, { runs }: Planned): ReadonlyMap<string, StoredRun> {
  return withAnyReader(invocation, {
    use: (reader) =>
      new Map(
        runs.flatMap(({ hash }) => {
          const run = reader.findByHash(hash);
          return run === undefined ? [] : [[hash, run]];
        }),
      ),
    without: new Map<string, StoredRun>(),
  });
}

/** One line a run, and of the config only the columns that differ. */
function plannedTable(
  rows: readonly (Pick<PlannedRun, "name" | "differs"> & { readonly state: string })[],
): string {
  const keys = [...new Set(rows.flatMap(({ differs }) => Object.keys(differs)))];
  const titles = ["run", "state", ...keys.map((key) => shortKey(key, keys))];
  const cells = rows.map(({ name, state, differs }) => [
    name,
    state,
    ...keys.map((key) => (key in differs ? setting(differs[key]) : UNKNOWN)),
  ]);
  return table(
    titles.map((title) => ({ title })),
    cells,
  );
}
