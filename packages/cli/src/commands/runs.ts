import { RUN_STATES, runRow, type StoreReader } from "@ablate/store";
import { didYouMean } from "@ablate/text";
import type { Command } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { ALL_OPTION, ONLY_OPTION, READING_OPTIONS } from "../command-line/options.ts";
import { jsonArray } from "../print/rows.ts";
import { runsTable } from "../print/runs-table.ts";
import { withLiveState, withReader } from "../store/open.ts";
import { asksForPlan, EVERY_RUN, matchingRuns, runsInScope, scopeOf } from "../store/resolve.ts";

export const command: Command = {
  about:
    "Lists the runs in the store, oldest first, with state, findings, seed, steps, losses and speed; `ablate compare` shows settings. Arguments form a filter: parts of a name, a label or a tag, field:pattern, comparisons, and, or, not. States are pending, running, finished, failed, diverged, stopped (by the user) and interrupted (its process died).",
  options: {
    ...READING_OPTIONS,
    only: ONLY_OPTION,
    grid: { value: "GRID", help: "only runs in the current plans of this grid" },
    ...ALL_OPTION,
    state: { value: "STATE", choices: RUN_STATES, help: "only runs in this state" },
  },
  examples: [
    ["ablate runs", "every run and its results"],
    ["ablate runs --state failed", "the runs that failed"],
    ['ablate runs "v5 or v7" "valid_loss<2.4" -tag:old', "the runs that match (docs/filter.md)"],
    ["ablate runs --json", "all columns, for scripts"],
  ],
  see: ["docs/filter.md", "docs/json.md", "ablate show"],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const grid = flags.text("grid");
    const state = flags.choice("state", RUN_STATES);
    const words = flags.rest.length === 0 ? [] : [flags.rest.join(" ")];
    const { runs, isNarrowed } = withReader(invocation, (reader) => {
      if (grid !== undefined) checkGrid(reader, grid);
      const texts = [...words, ...flags.texts("only")];
      const isAll = grid === undefined || texts.some(asksForPlan);
      const scope = isAll ? EVERY_RUN : scopeOf(invocation);
      const all = withLiveState(runsInScope(reader, scope, grid), reader);
      const listed = all.filter((run) => state === undefined || run.state === state);
      const filters = [
        { texts: words, source: "" },
        { texts: flags.texts("only"), source: "--only " },
      ];
      return { runs: matchingRuns(listed, filters, reader), isNarrowed: all.length > 0 };
    });
    if (runs.length === 0 && isNarrowed) terminal.warn("no run matches\n");
    terminal.write(
      flags.has("json") ? jsonArray(runs.map(runRow)) : runsTable(runs, terminal.paint),
    );
    return 0;
  },
};

function checkGrid(reader: StoreReader, grid: string): void {
  const names = reader.grids().map(({ name }) => name);
  if (names.includes(grid)) return;
  const hint = didYouMean(grid, names) ?? `there are ${names.join(", ")}`;
  throw new UsageError(`there is no grid "${grid}"; ${hint}`);
}
