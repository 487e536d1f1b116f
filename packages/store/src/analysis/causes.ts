/** Puts findings in order: one that has a cause stands below it, and what is said of many places is said once. */
import type { Finding, Rule } from "@ablate/core";

type Told = Pick<Finding, "level" | "rule" | "message" | "until"> & Partial<Pick<Finding, "step">>;

/** What a rule says at one level: of one place, and of others. */
export type Statement<One extends Told = Finding> = {
  readonly finding: One;
  /** The same of other places. */
  readonly others: readonly One[];
};

/** A statement that follows from no other, and those that follow from it, the most serious first. */
export type Cause<One extends Told = Finding> = Statement<One> & {
  readonly consequences: readonly Statement<One>[];
};

/** A network that lacks any of these has no ground to learn from: nearly everything else may follow. */
const OF_STRUCTURE: readonly Rule[] = [
  ...(["constant-layer", "identical-units", "weak-norm", "small-batch", "penalty"] as const),
  ...(["weight-decay", "dropout", "one-sided-weights"] as const),
];
const OF_UNITS: readonly Rule[] = ["saturated", "dead-units"];
const OF_DEPTH: readonly Rule[] = [
  ...(["shrinking-activations", "growing-activations", "growing-stream"] as const),
  ...(["vanishing-gradients", "exploding-gradients"] as const),
];
/** What only runs of other programs are said to have: an update too far leaves nothing as it was. */
const OF_RATE: readonly Rule[] = ["learning-rate", "warm-up"];
const OF_UPDATES: readonly Rule[] = ["frozen", "slow-updates", "fast-updates"];

/**
 * What each rule may follow from; the first of them that holds is named. A divergence follows from
 * settings alone: it is what a reader has to know first. No rule can follow from itself through others.
 */
const CAUSES: Readonly<Record<Rule, readonly Rule[]>> = {
  "learning-rate": [],
  "warm-up": [],
  divergence: ["penalty", "weight-decay", ...OF_RATE],
  "validation-gap": [],
  "one-sided-weights": ["identical-units", "constant-layer", "divergence"],
  "identical-units": [],
  "constant-layer": [],
  "weak-norm": ["constant-layer"],
  "small-batch": [],
  penalty: [],
  "weight-decay": [],
  dropout: [],
  clipping: ["divergence"],
  saturated: [...OF_RATE, "divergence", "one-sided-weights"],
  "dead-units": [...OF_RATE, "saturated", "constant-layer", "divergence", "one-sided-weights"],
  "shrinking-activations": [
    ...OF_RATE,
    ...(["weak-norm", "penalty", "weight-decay", "constant-layer", "dead-units"] as const),
    ...(["one-sided-weights", "divergence"] as const),
  ],
  "growing-activations": [
    ...OF_RATE,
    "constant-layer",
    "one-sided-weights",
    "divergence",
    "penalty",
  ],
  "growing-stream": ["constant-layer", "one-sided-weights", "divergence"],
  "initial-loss": ["one-sided-weights", "growing-activations", "growing-stream"],
  "vanishing-gradients": [
    ...OF_RATE,
    ...OF_STRUCTURE,
    "shrinking-activations",
    ...OF_UNITS,
    "divergence",
  ],
  "exploding-gradients": [
    ...OF_RATE,
    ...OF_STRUCTURE,
    "growing-activations",
    ...OF_UNITS,
    "divergence",
  ],
  "slow-updates": [...OF_RATE, ...OF_STRUCTURE, ...OF_UNITS, ...OF_DEPTH, "clipping", "divergence"],
  "fast-updates": [
    ...OF_RATE,
    ...OF_STRUCTURE,
    ...OF_UNITS,
    ...OF_DEPTH,
    "initial-loss",
    "divergence",
  ],
  frozen: [...OF_RATE, ...OF_STRUCTURE, ...OF_UNITS, ...OF_DEPTH, "divergence"],
  "uneven-updates": [...OF_STRUCTURE, ...OF_UNITS, ...OF_DEPTH, "divergence"],
  "output-learns-faster": [
    ...([...OF_STRUCTURE, ...OF_UNITS, ...OF_DEPTH, ...OF_UPDATES, "clipping"] as const),
    "divergence",
  ],
  "running-statistics": ["divergence"],
  "loss-spike": [...OF_RATE, "divergence", "penalty"],
  plateau: [...OF_RATE, "divergence", ...OF_STRUCTURE, ...OF_UNITS, ...OF_DEPTH, ...OF_UPDATES],
  underfitting: [
    ...(["divergence", ...OF_STRUCTURE, ...OF_UNITS, ...OF_DEPTH, ...OF_UPDATES] as const),
    ...(["clipping", "initial-loss", "plateau"] as const),
  ],
};

/** Orders findings by cause; each of them is in one place. */
export function byCause<One extends Told>(findings: readonly One[]): Cause<One>[] {
  const statements = [...Map.groupBy(findings, kindOf).values()].flatMap(
    ([finding, ...others]): Statement<One>[] =>
      finding === undefined ? [] : [{ finding, others }],
  );
  const roots = new Map(statements.map((one) => [one, rootOf(one, statements)]));
  return statements
    .filter((one) => roots.get(one) === one)
    .map((one) => {
      const consequences = statements.filter((other) => other !== one && roots.get(other) === one);
      return { ...one, consequences: consequences.toSorted(bySeverity) };
    })
    .sort((a, b) => worstOf(b) - worstOf(a));
}

function kindOf({ rule, level, until }: Told): string {
  return `${rule} ${level} ${until === null}`;
}

function rootOf<One extends Told>(
  statement: Statement<One>,
  all: readonly Statement<One>[],
): Statement<One> {
  const { finding } = statement;
  const rules: readonly string[] = CAUSES[finding.rule] ?? [];
  const causes = rules
    .flatMap((rule) => all.filter((one) => one.finding.rule === rule))
    .toSorted((a, b) => Number(a.finding.until !== null) - Number(b.finding.until !== null));
  const cause = causes.find((one) => explains(one.finding, finding));
  return cause === undefined ? statement : rootOf(cause, all);
}

/** What a layer that was constant may have left behind: lost steps, and weights that have only begun to grow. */
const OF_YOUNG_WEIGHTS: ReadonlySet<Rule> = new Set<Rule>([
  ...OF_DEPTH,
  ...(["slow-updates", "fast-updates", "uneven-updates"] as const),
]);

/**
 * Tells whether one finding may be why there is another: information explains nothing, what is over explains
 * what is over or left behind, and what was there at initialisation is no work of a divergence or of a rate.
 */
function explains(cause: Told, { rule, until, step }: Told): boolean {
  const isPast = cause.until !== null;
  if (isPast && cause.rule === "constant-layer" && OF_YOUNG_WEIGHTS.has(rule)) return true;
  if (isPast) return until !== null || rule === "underfitting";
  if ((cause.rule === "divergence" || OF_RATE.includes(cause.rule)) && step === 0) return false;
  // What never moved was not stopped by what came later.
  if (rule === "frozen" && step === 0 && (cause.step ?? 0) > 0) return false;
  return cause.level !== "info";
}

export const SEVERITY: Readonly<Record<Finding["level"], number>> = {
  info: 0,
  warning: 1,
  error: 2,
};

function bySeverity(a: Statement<Told>, b: Statement<Told>): number {
  return SEVERITY[b.finding.level] - SEVERITY[a.finding.level];
}

/** Returns the severity of the most serious statement of a cause and its consequences. */
export function worstOf({ finding, consequences }: Cause<Told>): number {
  return Math.max(
    ...[finding, ...consequences.map((one) => one.finding)].map(({ level }) => SEVERITY[level]),
  );
}

const NUMBERED = /^([a-z]+)(\d+)(.*)$/;

/** Names places, a row of numbered ones by its ends: `embedding, hidden1.weight to hidden5.weight`. */
export function placesText(findings: readonly Pick<Finding, "param" | "layer">[]): string {
  const places = new Set(findings.flatMap(({ param, layer }) => param ?? layer ?? []));
  const kinds = Map.groupBy(places, (place) => place.replace(NUMBERED, "$1$3"));
  return [...kinds.values()].map(rowText).join(", ");
}

function rowText(places: readonly string[]): string {
  const numbers = places.map((place) => Number(NUMBERED.exec(place)?.[2] ?? Number.NaN));
  const isRow = numbers.every((number, i) => number === (numbers[0] ?? 0) + i);
  return isRow && places.length > 2 ? `${places[0]} to ${places.at(-1)}` : places.join(", ");
}
