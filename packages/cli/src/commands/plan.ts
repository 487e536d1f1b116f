import { dirname, relative, resolve } from "node:path";
import {
  type Exclusion,
  expandedYaml,
  isToTrain,
  type KeptRun,
  type PlannedRun,
  type TrainMode,
} from "@ablate/runner";
import {
  type PlannedStart,
  type RunName,
  type RunStart,
  type RunState,
  settingOfKey,
  settingTexts,
  shortKey,
} from "@ablate/store";
import { asLine, bytes, count, counted, duration, type TableStyle, table } from "@ablate/text";
import type { Command, Invocation } from "../command-line/command.ts";
import {
  BEGINNING_OPTIONS,
  KEPT,
  PLANNING_OPTIONS,
  READING_OPTIONS,
  SAMPLING_OPTIONS,
} from "../command-line/options.ts";
import type { Paint } from "../command-line/terminal.ts";
import { EMPTY_STORE_BYTES, type Estimate, estimate } from "../plan/estimate.ts";
import { planNotes } from "../plan/notes.ts";
import { type Planned, planConfig } from "../plan/planning.ts";
import { isRestart, keptNote, keptRun } from "../plan/revisions.ts";
import { mixedStarts, notesBefore, readStored, type Stored } from "../plan/stored.ts";
import { jsonArray } from "../print/rows.ts";
import { stateStyle, tableStyle } from "../print/styles.ts";
import { schemaComment, writeNew } from "./new.ts";

export const command: Command = {
  about:
    "Reads the config, expands its grid, and lists for each run its settings, its cost, and its state in the store; if it is not finished, why. The names are those that `ablate run` uses. If another run already has the name that the config gives, the difference is shown. Runs that the config no longer has are listed separately. All mistakes in a config are reported at once, with line and column. Trains nothing and stores nothing.",
  options: {
    ...PLANNING_OPTIONS,
    ...SAMPLING_OPTIONS,
    ...BEGINNING_OPTIONS,
    save: { value: "FILE", help: "write the planned runs as a config of their own" },
    ...READING_OPTIONS,
  },
  examples: [
    ["ablate plan my.yaml", "what `ablate run` would train"],
    [
      "ablate plan my.yaml --set model.activation=tanh,relu",
      "the same as a grid over two activations",
    ],
    ['ablate plan my.yaml --only "lr>=0.1"', "some of its runs, under the same names"],
    ["ablate plan my.yaml --sample 2", "two runs of the grid, chosen at random"],
    [
      "ablate plan my.yaml --seeds 1,2 --save two.yaml",
      "write these runs as a config, to run or edit",
    ],
  ],
  exits: [KEPT],
  see: ["docs/config.md", "docs/filter.md", "ablate run"],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const mode = isRestart(flags, ["mixed-revisions"]) ? "restart" : "resume";
    const planned = planConfig(invocation);
    const save = flags.text("save");
    if (save !== undefined) saveRuns(save, planned, invocation);
    const stored = readStored(invocation, planned);
    const rows = planned.runs.map((run, i) => {
      const state: RunState | "new" = stored.runs.get(run.hash)?.state ?? "new";
      const found = (mode === "resume" && stored.starts[i]) || STEP_0;
      const own = willTrain(state, mode) ? found : STEP_0;
      const instead = planned.preview.names.get(run.hash)?.instead ?? null;
      const left = state === "failed" ? keptRun(run, found) : null;
      return { ...run, state, start: own.start, kept: keptRun(run, own), left, instead };
    });
    const kept = rows.flatMap((row) => row.kept ?? []);
    const exitCode = kept.length > 0 ? 2 : 0;
    const inTrash = "in the trash; `ablate run` restores planned runs";
    const said = { inTrash, isRestart: mode === "restart" };
    const all = [...planNotes(planned), ...notesBefore(planned, stored, said), ...keptNote(kept)];
    if (mode === "resume" && !flags.has("mixed-revisions")) {
      const mixed = mixedStarts(invocation, planned.runs, stored);
      all.push(...rows.flatMap((row, i) => shorterNote(row, mixed[i])).slice(0, 1));
    }
    const notes = all.map((note) => `${note}\n`);
    terminal.write(
      flags.has("json") ? jsonArray(rows.map(record)) : planTable(rows, terminal.paint),
    );
    terminal.warn(notes.join(""));
    if (flags.has("json")) return exitCode;
    const todo = rows.filter((row) => row.kept === null && willTrain(row.state, mode));
    const { excluded, data } = planned;
    terminal.write(
      `\n${planCounts(rows, { todo: todo.length, excluded, paint: terminal.paint })}${ownFiles(planned)}`,
    );
    if (todo.length > 0) {
      const taken = estimate(todo, stored.kinds, data.vocabulary);
      terminal.write(planEstimate(todo.length, taken, stored.bytes));
    }
    terminal.write(leftTable(stored.left, terminal.paint));
    return exitCode;
  },
};

/** Says where a shorter run of another revision could be the start of one that begins anew. */
function shorterNote(
  { name, state, start, kept }: Omit<Row, "state"> & { readonly state: RunState | "new" },
  mixed: PlannedStart | undefined,
): readonly string[] {
  const shorter = mixed?.start ?? null;
  if (shorter === null || kept !== null || !willTrain(state, "resume")) return [];
  if (shorter.step <= (start?.step ?? 0)) return [];
  const steps = `${counted(shorter.step, "step")} of ${shorter.run}, of another engine revision`;
  return [`${steps}, could be the start of ${name}: --mixed-revisions`];
}

const STEP_0: PlannedStart = { start: null, other: null };

function record(
  run: PlannedRun & Pick<Row, "state" | "kept" | "left"> & Pick<RunName, "instead">,
): object {
  const { name, hash, state, resolved, instead } = run;
  const because = (instead?.differences ?? []).map(({ key, first, second }) => {
    return { key, stored: first ?? null, planned: second ?? null };
  });
  const instead_of = instead?.run ?? null;
  const { step: kept_step = null, revision: kept_revision = null } = run.kept ?? run.left ?? {};
  const kept = { kept_step, kept_revision };
  const stored = { state, ...kept, instead_of, because };
  return { run: name, hash, seed: resolved.seed, ...stored, config: resolved };
}

/** Whether `ablate run` trains a run that is in this state. */
function willTrain(state: RunState | "new", mode: TrainMode): boolean {
  return state === "new" || isToTrain({ state }, mode);
}

function saveRuns(file: string, { config, runs }: Planned, { terminal }: Invocation): void {
  const path = resolve(terminal.folder, file);
  const text = expandedYaml(runs, config, (data) => relative(dirname(path), data));
  writeNew(file, path, schemaComment(path) + text);
  terminal.warn(asLine(`wrote ${file}`));
}

/** Most runs that are listed as left. */
const MOST_LEFT = 20;

/** Tables the runs of the grid that no config of it has any more. */
function leftTable(left: Stored["left"], paint: Paint): string {
  if (left.length === 0) return "";
  const shown = left.slice(0, MOST_LEFT).map(({ name, state }) => [name, state]);
  const more = left.length - shown.length;
  const rest = more === 0 ? "" : `and ${counted(more, "more run")}\n`;
  const title = `left from earlier plans: compare, report and ui show ${left.length === 1 ? "it" : "them"} only with --all`;
  return `\n${paint("bold", title)}\n${table(["run", "state"], shown, statesStyle(paint))}${rest}`;
}

type Row = Pick<PlannedRun, "name" | "differs" | "steps"> & {
  readonly state: string;
  /** Where it would go on. */
  readonly start: RunStart | null;
  /** Why it would be left as it is. */
  readonly kept: KeptRun | null;
  /** Of a run that failed, and is left for that: why to try it again takes `--mixed-revisions` as well. */
  readonly left: KeptRun | null;
};

type Told = Pick<Row, "differs" | "steps">;

/** Writes one line per run, with those columns of the config that differ. */
function planTable(rows: readonly Row[], paint: Paint): string {
  const keys = [...new Set(rows.flatMap(({ differs }) => Object.keys(differs)))];
  const varying = keys.filter(
    (key) => new Set(rows.map(({ differs }) => text(differs[key]))).size > 1,
  );
  const titles = varying.map((key) => shortKey(key, varying));
  const texts = varying.map((key) => {
    const found = ({ differs, steps }: Told) =>
      key in differs ? settingOfKey(key, differs[key], steps) : null;
    const text = settingTexts(rows.map(found));
    return (row: Told) => text(found(row));
  });
  const cells = rows.map((row) => [
    row.name,
    [row.state, ...startTexts(row)].join(", "),
    ...texts.map((text) => text(row)),
  ]);
  return table(["run", "state", ...titles], cells, statesStyle(paint));
}

function statesStyle(paint: Paint): TableStyle {
  return tableStyle(paint, (text, _, column) => (column === 1 ? stateStyle(text) : null));
}

/** Says where a run goes on, or that it does not. */
function startTexts({ name, state, start, ...row }: Row): readonly string[] {
  const kept = row.kept ?? row.left;
  if (kept !== null) return [`at ${count(kept.step)} by engine revision ${kept.revision}`];
  if (start === null) return [];
  const { run, step } = start;
  const isOwn = state !== "new" && run === name;
  return [isOwn ? `goes on at ${count(step)}` : `goes on from ${run} at ${count(step)}`];
}

function text(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Counts runs by state, those to train, and those that each rule leaves out. */
function planCounts(
  rows: readonly Row[],
  {
    todo,
    excluded,
    paint,
  }: {
    readonly todo: number;
    readonly excluded: readonly Exclusion[];
    readonly paint: Paint;
  },
): string {
  const states = [...Map.groupBy(rows, ({ state }) => state)];
  const parts = states.map(([state, { length }]) => `${count(length)} ${state}`).join(", ");
  const rules = excluded.map(({ rule, position: { source, line }, count: number }) => {
    const place = line === null ? source : `${source}:${line}`;
    return `${count(number)} excluded by ${rule} (${place})\n`;
  });
  const said = `${counted(rows.length, "run")}: ${parts}; ${count(todo)} to train`;
  return `${paint("bold", said)}\n${rules.join("")}`;
}

/** Says how many names each file has, where splits have files of their own. */
function ownFiles({ config: { dataFile, ownFiles: own }, data, shown }: Planned): string {
  if (own.valid === null && own.test === null) return "";
  const { names, valid, test } = data.lists;
  const of = (path: string | null, list: readonly string[] | null, what: string): string[] =>
    path === null || list === null
      ? []
      : [`${counted(list.length, "name")} ${what} (${shown(path)})`];
  const parts = [
    ...of(dataFile, names, "to split"),
    ...of(own.valid, valid, "for validation"),
    ...of(own.test, test, "for the test"),
  ];
  return `data: ${parts.join(", ")}\n`;
}

/**
 * Says what the runs to train will take, and what that is based on.
 *
 * @param stored - bytes of the store as it is
 */
function planEstimate(
  todo: number,
  { seconds, timed, basis, bytes: more }: Estimate,
  stored: number | null,
): string {
  const all = more + (stored ?? EMPTY_STORE_BYTES);
  const size = `store: about ${bytes(more)} more, ${bytes(all)} in all\n`;
  if (timed === 0) {
    return `time: no estimate, no stored run has the same model, batch size and engine\n${size}`;
  }
  const whose = timed === todo ? "" : ` for ${count(timed)} of them, no estimate for the others`;
  const speed = `${count(basis.stepsPerSecond)} steps/s of ${counted(basis.runs, "stored run")}`;
  const why = `one at a time, by the ${speed} of the same model, batch size and engine`;
  return `time: about ${duration(Math.max(1, seconds))}${whose}; ${why}\n${size}`;
}
