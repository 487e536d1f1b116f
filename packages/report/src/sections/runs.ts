import { MOST_SHOWN } from "@ablate/figures";
import {
  type ComparisonRow,
  METRICS,
  type Metric,
  revisionsNote,
  type Setting,
  shortKey,
  withoutSeed,
} from "@ablate/store";
import { counted } from "@ablate/text";
import { type Group, outcomeOf, type ReportFacts } from "../data/facts.ts";
import { type Content, type Html, html } from "../html.ts";
import { details, MOST_TABLED, named, numbers, table } from "../layout/page.ts";
import { about, count, fixedTexts, meanErrorText } from "../text.ts";
import { metricTitle, ranked } from "./ranking.ts";
import { settingsOf } from "./settings.ts";

const SHOWN_METRICS = ["train_loss", "valid_loss", "loss", "steps_per_s"];

/** Tables what came out of every group. */
export function overview(facts: ReportFacts): Content {
  const { groups, metric } = facts;
  const shown = METRICS.filter(({ name }) => SHOWN_METRICS.includes(name));
  const metrics = [...(METRICS.includes(metric) ? [] : [metric]), ...shown];
  const areApart = facts.comparison.keys.length > 0;
  const base = areApart ? baseRow(groups.map(({ row }) => row)) : undefined;
  const changed = groups.flatMap(({ row }) => (base === undefined ? [] : differences(row, base)));
  const changedKeys = [...new Set(changed.map(([key]) => key))];
  const changes = changesTeller(
    groups.map(({ row }) => row),
    changedKeys,
  );
  const overviewTable = table(
    `${groups.some(({ runs }) => runs.length > 1) ? "Mean ± standard deviation over seeds." : groups.length === 1 ? "What the run came to." : "One run each."}${groups.length > 1 ? starText(facts) : ""}`,
    [
      "group",
      ...(base === undefined ? [] : ["what it changes"]),
      ...numbers("runs", "loss at init", ...metrics.map(({ title }) => title)),
    ],
    bestOfMany(facts).map((group) => [
      named(group),
      ...(base === undefined
        ? []
        : [html`<span class="changes">${changes(group.row, base)}</span>`]),
      count(group.runs.length),
      meanErrorText(group.firstSteps.initial),
      ...metrics.map((one) => outcomeCell(group, one, groups.length > 1)),
    ]),
  );
  const isLong = groups.length > MOST_ROWS;
  return html`${isLong ? details(`the ${count(groups.length)} groups as a table`, overviewTable) : overviewTable}${chartsNote(facts)}`;
}

/** Returns the groups in their order; where a table cannot show all, the best first. */
function bestOfMany(facts: ReportFacts): readonly Group[] {
  const { groups } = facts;
  if (groups.length <= MOST_TABLED) return groups;
  const best = ranked(facts);
  return [...best, ...groups.filter((group) => !best.includes(group))];
}

/** A table of more rows is folded. */
const MOST_ROWS = 24;

/** Says which groups charts leave out. */
function chartsNote({ groups, metric }: ReportFacts): Content {
  const hidden = groups.filter(({ place }) => place === null).length;
  if (hidden === 0 || groups.length <= MOST_SHOWN) return null;
  const areLost = groups.some(({ lost }) => lost !== "");
  return html`<p>Charts show the ${MOST_SHOWN} groups with the best ${metricTitle(metric)}${areLost ? ", those that lost no run first" : ""}; the other ${count(hidden)} are in the tables.</p>`;
}

/** Says where revisions of the engine differ. */
export function revisionWords({ runs }: ReportFacts): readonly string[] {
  const note = revisionsNote(runs);
  return note === null ? [] : [`The runs are ${note}.`];
}

/** Says which group the star marks: one that lost runs is never the best. */
function starText({ groups, metric }: ReportFacts): string {
  if (metric.isLessBetter === null) return "";
  if (groups.every(({ lost }) => lost === "")) return " ★ marks the best.";
  return groups.every(({ lost, runs }) => lost !== "" || runs.every(isPending))
    ? " None is marked as the best: each lost runs."
    : " ★ marks the best of those that lost no run; other means are those of survivors.";
}

function isPending({ lastStep }: Group["runs"][number]): boolean {
  return lastStep === null;
}

/** Writes what came out of a group by a metric. */
function outcomeCell(group: Group, metric: Metric, isCompared: boolean): Content {
  const outcome = outcomeOf(group, metric);
  if (metric.unit === "steps/s") return count(outcome?.moments.mean);
  const text = meanErrorText(outcome?.moments);
  return outcome?.isBest === true && isCompared ? html`<span class="best">★ ${text}</span>` : text;
}

/** Makes a function that writes the settings that set a group apart from the one that is most like all others. */
function changesTeller(
  rows: readonly ComparisonRow[],
  keys: readonly string[],
): (row: ComparisonRow, base: ComparisonRow) => string {
  const texts = settingsOf(rows, keys, { none: "none", isWhole: false });
  const names = [...keys, ...PARTS];
  return (row, base) => {
    if (row === base) return "baseline; the others list what they change";
    const changed = differences(row, base);
    if (changed.length === 0) return "as the base";
    return changed.map(([key]) => `${shortKey(key, names)} ${texts(row, key)}`).join(", ");
  };
}

/** Last words of keys that say little by themselves: of which layer? */
const PARTS = ["weight", "bias", "gamma", "beta"];

/** Names the grids of runs as a command takes them. */
function namesOf(runs: ReportFacts["runs"]): string {
  return [...new Set(runs.map(({ grid, name }) => grid ?? name))].slice(0, MOST_GRIDS).join(" ");
}

const MOST_GRIDS = 5;

/** Tables every run, with all digits; of very many those that did not finish. */
export function everyRun({ runs }: ReportFacts): Html {
  const losses = (["trainLoss", "validLoss", "loss"] as const).map((field) => {
    const text = fixedTexts(runs.map((run) => run[field]));
    return (run: (typeof runs)[number]): string => text(run[field]);
  });
  const ended = runs.filter(({ state }) => state !== "finished");
  const told = runs.length > MOST_TABLED ? ended : runs;
  const rows = told.map((run) => [
    run.name,
    run.error === null ? run.state : `${run.state}: ${run.error}`,
    String(run.seed ?? "–"),
    stepsText(run),
    ...losses.map((text) => text(run)),
    count(run.stepsPerS),
    html`<code>${run.hash.slice(0, 12)}</code>`,
  ]);
  const measures = numbers("seed", "steps", "train", "valid", "loss", "steps/s");
  const columns = ["run", "state", ...measures, "hash"];
  if (told === runs) return table("Every run, in the order of the grid.", columns, rows);
  const all = html`<p>There are ${count(runs.length)} runs. <code>ablate export ${namesOf(runs)} --table runs -o runs.csv</code> writes a line for each.</p>`;
  return ended.length === 0
    ? all
    : html`${all}${table("Runs that did not finish, in the order of the grid.", columns, rows)}`;
}

function stepsText({ lastStep, steps }: ReportFacts["runs"][number]): string {
  if (lastStep === null) return "–";
  return steps === null ? count(lastStep + 1) : `${count(lastStep + 1)} of ${count(steps)}`;
}

function baseRow(rows: readonly ComparisonRow[]): ComparisonRow | undefined {
  const distance = (row: ComparisonRow): number =>
    rows.reduce((sum, other) => sum + differences(other, row).length, 0);
  const distances = rows.map(distance);
  return rows[distances.indexOf(Math.min(...distances))];
}

/** Returns the settings of a row that another does not have, by key; null where the row has none. */
function differences(
  row: ComparisonRow,
  other: ComparisonRow,
): readonly (readonly [key: string, own: Setting | null])[] {
  return [...row.settings].filter(([key, own]) => own?.id !== other.settings.get(key)?.id);
}

/** Says how many runs there are, and how those ended that did not finish. */
export function extentWords({ runs, groups }: ReportFacts): string {
  const seeds = new Set(runs.flatMap(({ seed }) => seed ?? [])).size;
  const seedText = seeds === 0 ? "seeds unknown" : counted(seeds, "seed");
  const updates = runs.reduce((sum, { lastStep }) => sum + (lastStep ?? -1) + 1, 0);
  const groupText =
    groups.length === runs.length
      ? ""
      : ` in ${counted(groups.length, "group")} that differ in more than the seed`;
  return `${counted(runs.length, "run")}${groupText}, ${seedText}, ${count(updates)} steps in all.${nameWords(groups)}`;
}

/** A key in a label of a run. */
const KEY = /(?:^|-)([A-Za-z_][\w.]*)=/g;

/** Says what the values are by which groups are named, where a name leaves their keys out. */
function nameWords(groups: readonly Group[]): string {
  const [first] = groups;
  const label = first?.runs[0].label ?? "";
  const keys = [...withoutSeed(label).matchAll(KEY)].map(([, key = ""]) => key);
  const areValues = groups.every(({ name }) => name.split(" · ").length === keys.length);
  const isClear = first?.name.split(" · ").every((part, i) => part.startsWith(`${keys[i]} `));
  if (keys.length < 2 || !areValues || isClear === true) return "";
  return ` A group is named by ${keys.join(" · ")}.`;
}

const TROUBLES = {
  diverged: "diverged, that is, the loss was no longer a number",
  failed: "failed",
  interrupted: "ended with the process that trained it",
  stopped: "stopped by the user",
  running: "still being trained when this was written",
  pending: "not yet trained",
};

export function troubleWords({ runs }: ReportFacts): readonly string[] {
  return Object.entries(TROUBLES).flatMap(([state, text]) => {
    const own = runs.filter((run) => run.state === state);
    const names = own.map(({ name, lastStep }) =>
      state === "diverged" ? `${name} at step ${count(lastStep)}` : name,
    );
    return about(names, (listing) => `${counted(own.length, "run")} ${text}: ${listing}.`);
  });
}
