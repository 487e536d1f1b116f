import { type ComparisonRow, METRICS, type Moments, type Setting } from "@ablate/store";
import { counted } from "@ablate/text";
import { MOST_SHOWN } from "../chart/palette.ts";
import { outcomeOf, type ReportFacts } from "../data/facts.ts";
import type { Group } from "../data/group.ts";
import { type Content, type Html, html } from "../html.ts";
import { details, named, type PageSection, sentences, table } from "../layout/blocks.ts";
import { count, listed, meanStdText, nats } from "../text.ts";
import { metricTitle } from "../words/differences.ts";

const SHOWN_METRICS = ["train_loss", "valid_loss", "loss", "steps_per_s"];

/** Tables every group and every run. */
export function runsSection(facts: ReportFacts): PageSection {
  const { groups, metric } = facts;
  const metrics = METRICS.filter(({ name }) => SHOWN_METRICS.includes(name));
  const hidden = groups.filter(({ place }) => place === null).length;
  const note =
    hidden === 0 || groups.length <= MOST_SHOWN
      ? null
      : html`<p>Charts show the ${MOST_SHOWN} groups with the best ${metricTitle(metric)}; the other ${count(hidden)} are in the tables.</p>`;
  const base = groups.length > 1 ? baseRow(groups.map(({ row }) => row)) : undefined;
  const names = shortNames(groups, base);
  const overview = table({
    caption: `Groups of runs that differ in the seed alone: mean ± standard deviation over seeds.${base === undefined ? "" : " ★ marks the best."}`,
    columns: [
      { title: "group" },
      ...(base === undefined ? [] : [{ title: "what it changes" }]),
      { title: "runs", isNumber: true },
      { title: "loss at init", isNumber: true },
      ...metrics.map(({ title }) => ({ title, isNumber: true })),
    ],
    rows: groups.map((group) => [
      named(group),
      ...(base === undefined
        ? []
        : [html`<span class="changes">${settingsText(group, { base, names })}</span>`]),
      count(group.runs.length),
      meanStdText(group.firstSteps.initial),
      ...metrics.map((one) => {
        const outcome = outcomeOf(group, one);
        const isBest = outcome?.isBest === true && groups.length > 1;
        return cell(outcome?.moments, {
          decimals: one.unit === "nats" ? 4 : 0,
          isBest: isBest && one.unit === "nats",
        });
      }),
    ]),
  });
  return {
    id: "runs",
    title: "What came out",
    body: html`<p>${extentWords(facts)}</p>${sentences(troubleWords(facts))}${overview}${note}${everyRun(facts)}`,
  };
}

function cell(
  moments: Moments | undefined,
  { decimals, isBest }: { readonly decimals: number; readonly isBest: boolean },
): Content {
  const { mean = null, std = null } = moments ?? {};
  const text = decimals === 0 ? count(mean) : meanStdText({ mean, std }, decimals);
  return isBest ? html`<span class="best">★ ${text}</span>` : text;
}

/** Writes the settings that set a group apart from the one that is most like all others. */
function settingsText(
  { row }: Group,
  { base, names }: { readonly base: ComparisonRow; readonly names: ReadonlyMap<string, string> },
): string {
  if (row === base) return "the base: the others are told by what they change";
  const changed = differences(row, base);
  if (changed.length === 0) return "as the base";
  return changed.map(([key, own]) => `${names.get(key) ?? key} ${own?.text ?? "none"}`).join(", ");
}

/** Words that say little by themselves: of which layer? */
const PARTS = new Set(["weight", "bias", "gamma", "beta"]);

/** Shortens keys to as many last words as tell them from the other keys that any group changes. */
function shortNames(
  groups: readonly Group[],
  base: ComparisonRow | undefined,
): ReadonlyMap<string, string> {
  if (base === undefined) return new Map();
  const changed = groups.flatMap(({ row }) => differences(row, base).map(([key]) => key));
  const keys = [...new Set(changed)];
  const cut = (key: string, words: number): string => key.split(".").slice(-words).join(".");
  return new Map(
    keys.map((key) => {
      const words = [1, 2, 3].find(
        (n) =>
          !PARTS.has(cut(key, n)) &&
          keys.filter((other) => cut(other, n) === cut(key, n)).length === 1,
      );
      return [key, cut(key, words ?? 4)];
    }),
  );
}

function everyRun({ runs }: ReportFacts): Html {
  return details(
    "every run",
    table({
      caption: "Every run, in the order of the grid.",
      columns: [
        { title: "run" },
        { title: "state" },
        { title: "seed", isNumber: true },
        { title: "steps", isNumber: true },
        { title: "train", isNumber: true },
        { title: "valid", isNumber: true },
        { title: "loss", isNumber: true },
        { title: "steps/s", isNumber: true },
        { title: "hash" },
      ],
      rows: runs.map((run) => [
        run.name,
        run.error === null ? run.state : `${run.state}: ${run.error}`,
        String(run.seed),
        run.lastStep === null ? "–" : `${count(run.lastStep + 1)} of ${count(run.steps)}`,
        nats(run.trainLoss),
        nats(run.validLoss),
        nats(run.loss),
        count(run.stepsPerS),
        html`<code>${run.hash.slice(0, 12)}</code>`,
      ]),
    }),
  );
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
  const seeds = new Set(runs.map(({ seed }) => seed)).size;
  const updates = runs.reduce(
    (sum, { lastStep }) => sum + (lastStep === null ? 0 : lastStep + 1),
    0,
  );
  const groupText =
    groups.length === runs.length
      ? ""
      : ` in ${counted(groups.length, "group")} that differ in more than the seed`;
  return `${counted(runs.length, "run")}${groupText}, ${counted(seeds, "seed")}, ${count(updates)} steps in all.`;
}

export function troubleWords({ runs }: ReportFacts): readonly string[] {
  const said = (state: string, text: string): readonly string[] => {
    const names = runs.filter((run) => run.state === state);
    if (names.length === 0) return [];
    const listing = names.map(({ name: run, lastStep }) =>
      state === "diverged" ? `${run} at step ${count(lastStep)}` : run,
    );
    return [`${counted(names.length, "run")} ${text}: ${listed(listing)}.`];
  };
  return [
    ...said("diverged", "diverged, that is, the loss was no longer a number"),
    ...said("failed", "failed"),
    ...said("interrupted", "ended with the process that trained it"),
    ...said("stopped", "stopped by the user"),
    ...said("running", "still being trained when this was written"),
    ...said("pending", "not yet trained"),
  ];
}
