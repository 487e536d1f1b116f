import { bySeriousness, type ComparedRun, type GroupedFinding, placesText } from "@ablate/store";
import { counted } from "@ablate/text";
import { areRecorded, type Group, type ReportFacts } from "../data/facts.ts";
import { type Content, html } from "../html.ts";
import { details, numbers, table } from "../layout/page.ts";
import { count } from "../text.ts";
import { sinceText } from "./update-words.ts";

const SIGNS = { error: "✖ error", warning: "▲ warning", info: "ℹ info" } as const;

/** Lists what the rules say, the most serious first, and what each rule means. */
export function findingsSection({ groups, runs }: ReportFacts): Content {
  const judged = groups.reduce((sum, group) => sum + group.judged, 0);
  if (judged === 0 && areRecorded(runs))
    return html`<p>No rule judged these runs when their logs were recorded. <code>ablate diagnose ${nameOf(runs)}</code> judges them by what is recorded.</p>`;
  if (judged === 0)
    return html`<p>The store has no findings of these runs: they never began, or an older version recorded them. <code>ablate diagnose ${nameOf(runs)}</code> judges them by what is recorded.</p>`;
  const found = groups.flatMap(statementsOf).sort((a, b) => bySeriousness(a.finding, b.finding));
  const extent = `${counted(judged, "run")} of ${count(runs.length)} judged`;
  if (found.length === 0)
    return html`<p>Nothing found: no rule has anything to say (${extent}).</p>`;
  const rules = [...new Set(found.map(({ finding }) => finding.rule))];
  const rows = found.map(({ group, places, finding: { level, rule, found, since, message } }) => [
    html`<span class="level level-${level}">${SIGNS[level]}</span>`,
    html`<a href="#rule-${rule}">${rule}</a>`,
    group.name,
    places,
    `${count(found.length)} of ${count(group.judged)}`,
    sinceText(since),
    wordsOf(found[0].finding.message, message),
  ]);
  const rest = rows.slice(MOST_ROWS);
  const more =
    rest.length === 0
      ? null
      : details(`${count(rest.length)} more`, table("The other findings.", COLUMNS, rest));
  const caption = `What the rules say, the most serious first (${extent}). What a group's runs have in common is said once; what follows a colon is of the first of them.`;
  return html`${table(caption, COLUMNS, rows.slice(0, MOST_ROWS))}${more}${details("what the rules mean", html`<dl>${rules.map((rule) => html`<dt id="rule-${rule}">${rule}</dt><dd>${definitionOf(rule)}</dd>\n`)}</dl>`)}`;
}

/** Begins with what holds of all runs, from how much to how much, and ends as the first of them does. */
function wordsOf(first: string, ofAll: string): string {
  const [, ...evidence] = first.split(": ");
  return [ofAll, ...evidence].join(": ");
}

type Statement = {
  readonly group: Group;
  readonly finding: GroupedFinding<ComparedRun>;
  readonly places: string;
};

/** Says once what a rule says of several places in a group at one level, in the words of the first of them. */
function statementsOf(group: Group): Statement[] {
  const kinds = Map.groupBy(group.findings, ({ level, rule, until }) =>
    [level, rule, until === null].join(" "),
  );
  return [...kinds.values()].flatMap((all) => {
    const [finding] = all;
    if (finding === undefined) return [];
    const since = all.flatMap((one) => one.since);
    const [found = finding.found] = all
      .map((one) => one.found)
      .toSorted((a, b) => b.length - a.length);
    return [
      {
        group,
        places: placesText(all) || "network",
        finding: {
          ...finding,
          found,
          since: [Math.min(...since), Math.max(...since)] as const,
        },
      },
    ];
  });
}

/** The grid of all runs, or a run. */
function nameOf(runs: ReportFacts["runs"]): string {
  const [grid = null, ...more] = new Set(runs.map((run) => run.grid));
  return more.length === 0 && grid !== null ? grid : (runs[0]?.name ?? "RUN");
}

const MOST_ROWS = 30;
const COLUMNS = ["level", "rule", "group", "where", ...numbers("runs"), "holds", "in words"];

/** What each rule says, for readers without the program at hand. */
const DEFINITIONS: Readonly<Record<string, string>> = {
  "initial-loss":
    "The loss at initialisation is far from ln V, which guessing among V classes costs. Above it the output layer is sure of something wrong, and the first steps only scale it down.",
  saturated:
    "A large share of a layer's activations is where the nonlinearity is flat (for tanh beyond ±0.99). Almost no gradient passes there.",
  "dead-units": "Units are flat for every example looked at: no gradient reaches their weights.",
  "identical-units":
    "All units of a layer have the same weights and gradients: they never differ, and the layer does the work of one.",
  "constant-layer":
    "A hidden layer has the same output for every example: neither signal nor gradient passes it.",
  "one-sided-weights":
    "Nearly all weights of a layer have one sign, so that its units compute about the same sum of their inputs.",
  "weak-norm": "The epsilon of batch norm is larger than the spread that it should normalise.",
  "small-batch": "Batch norm takes mean and spread from too few examples.",
  penalty: "The l2 terms change parameters by more than learning does, or are most of the loss.",
  "weight-decay":
    "Weight decay takes more of a parameter in each step than learning gives it: it shrinks whatever the data say.",
  clipping:
    "Clipping acts on nearly every step and leaves little of the gradient: it sets how far a step goes, in place of the learning rate.",
  dropout:
    "Dropout leaves so few units of a layer that the next one sees another network in every step.",
  "growing-stream":
    "What residual blocks add grows from block to block: the stream that passes them is far larger at the end than at the beginning.",
  underfitting: "The loss is above that of a table that only counts which character follows which.",
  "shrinking-activations":
    "Activations spread less from layer to layer: the last hidden layer sees hardly anything of the input.",
  "growing-activations": "Activations spread more from layer to layer.",
  "vanishing-gradients":
    "Gradients get smaller on the way back to the input, so that the first layers learn far more slowly than the last.",
  "exploding-gradients": "Gradients get larger on the way back to the input.",
  "slow-updates":
    "The update:data ratio of a parameter stays below its band: each step changes it too little.",
  "fast-updates":
    "The update:data ratio of a parameter stays above its band: each step changes it by too much.",
  "learning-rate":
    "The first steps changed weights by a tenth of themselves or more, each: the learning rate is too high for this network.",
  "warm-up":
    "The first steps went too far and later ones did not: the learning rate was not raised step by step.",
  "uneven-updates": "The hidden weights learn at very different speeds.",
  frozen: "A parameter does not change at all.",
  "output-learns-faster":
    "The output weights have gradients that are far larger, compared with the weights, than those of hidden layers.",
  "running-statistics":
    "Batch norm's running statistics are far from those of the data, so that evaluations with them are off.",
  "loss-spike": "The loss jumps far above its recent mean.",
  divergence: "The loss rises above what the run began with, or is no number any more.",
  plateau: "The loss hardly falls while the number of steps doubles.",
  "validation-gap": "The validation loss is far above the training loss.",
};

export function definitionOf(rule: string): string {
  return (
    DEFINITIONS[rule] ??
    "A rule of a later version of ablate; its findings say in words what it measured."
  );
}
