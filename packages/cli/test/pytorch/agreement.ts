/**
 * Whether a run agrees with PyTorch's. How far PyTorch itself drifts, in double precision and from initial values that
 * differ by a last bit, says how closely: a chaotic run is judged only up to where that drift begins.
 */
import type { Reference, Series, Trained } from "./in-pytorch.ts";

export type Agreement = {
  /** What differs by more than it may, one sentence each; none: the run agrees. */
  readonly differences: readonly string[];
  /** Steps whose loss was judged. */
  readonly judged: number;
  readonly steps: number;
  /** Largest difference of what was judged, relative to what it is a difference of. */
  readonly worst: Readonly<Record<string, number>>;
};

/** Relative differences that float32 explains without any drift; those of ratios are absolute, of log10. */
const LEAST: Readonly<Record<string, number>> = {
  loss: 1e-5,
  ratio: 1e-4,
  gradient_norm: 1e-4,
  clip_factor: 1e-4,
  lr: 1e-12,
  tensors: 1e-5,
  state: 1e-4,
  evaluation: 1e-5,
};

/** Drift from which on nothing is judged. */
const CHAOS = 1e-5;
const CHAOS_OF_VALUES = 1e-3;
/** Drift at which values are as good as the same. */
const CALM_OF_VALUES = 1e-5;

/** What a difference may be in multiples of PyTorch's own drift. */
const MARGIN = 10;
/** The same of the values of tensors, of which single ones may have a gradient that is rounding noise. */
const MARGIN_OF_VALUES = 100;

export function compare(ours: Trained, { single, others }: Reference): Agreement {
  const judge = new Judge(stepsDecided(single));
  const by = (read: (trained: Trained) => Series) => ({
    ours: read(ours),
    theirs: read(single),
    others: others.map(read),
  });
  if (`${ours.parameters}` !== `${single.parameters}`) {
    judge.differences.push(`parameters ${ours.parameters}, in PyTorch ${single.parameters}`);
    return { ...judge, judged: 0, steps: single.loss.length };
  }
  const judged = judge.series(
    "loss",
    "loss",
    by(({ loss }) => loss),
  );
  judge.series(
    "lr",
    "lr",
    by(({ lr }) => lr),
  );
  for (const key of ["gradient_norm", "clip_factor"] as const) {
    if (ours[key].length > 0)
      judge.series(
        key,
        key,
        by((trained) => trained[key]),
      );
  }
  for (const [i, name] of single.parameters.entries()) {
    const logs = by(({ ratios }) => ratios.map((row) => logOf(row[i])));
    judge.series("ratio", `log10 of the ratio of ${name}`, logs);
  }
  const isDecided = stepsDecided(single) === single.loss.length;
  if (isDecided && judged === single.loss.length && ours.loss.length === judged) {
    for (const key of ["tensors", "state"] as const) {
      for (const name of Object.keys(single[key])) {
        if (name in ours[key])
          judge.values(
            key,
            name,
            by((trained) => trained[key][name] ?? []),
          );
        else judge.differences.push(`nothing of ${name}`);
      }
    }
    judge.values(
      "evaluation",
      "evaluations",
      by((trained) => lossesOf(trained, single)),
    );
  }
  return { ...judge, judged, steps: single.loss.length };
}

/** How far PyTorch drifts from itself in a run, and what it keeps to all the same. */
export type Drift = {
  /** Largest of all steps, relative to the loss. */
  readonly loss: number;
  /** By parameter, then by step; steady: up to there the parameter's ratio is the same in every form of the run. */
  readonly ratios: readonly (readonly {
    readonly log10: number | null;
    readonly isSteady: boolean;
  }[])[];
  /** Whether a tensor is the same in the end. */
  readonly tensors: Readonly<Record<string, boolean>>;
  readonly state: Readonly<Record<string, boolean>>;
  /** Of each evaluation, relative to its loss. */
  readonly evaluations: readonly number[];
};

export function driftOf({ single, others }: Reference): Drift {
  const distances = single.loss.flatMap((loss, step) =>
    others.map((other) => distance("loss", loss, other.loss[step])),
  );
  const steady = (key: "tensors" | "state") =>
    Object.fromEntries(
      Object.entries(single[key]).map(([name, values]) => {
        const farthest = others.map((other) => farthestOf(values, other[key][name] ?? []));
        return [name, Math.max(...farthest) <= CALM_OF_VALUES];
      }),
    );
  return {
    loss: Math.max(...distances),
    ratios: single.parameters.map((_, i) => steadyRatios(single, others, i)),
    tensors: steady("tensors"),
    state: steady("state"),
    evaluations: single.evaluations.map(({ loss }, i) =>
      Math.max(...others.map((other) => distance("evaluation", loss, other.evaluations[i]?.loss))),
    ),
  };
}

function steadyRatios(
  single: Trained,
  others: readonly Trained[],
  i: number,
): Drift["ratios"][number] {
  let drift = 0;
  return single.ratios.map((row, step) => {
    const log10 = logOf(row[i]);
    for (const { ratios } of others) {
      drift = Math.max(drift, distance("ratio", log10, logOf(ratios[step]?.[i])));
    }
    return { log10, isSteady: drift <= CHAOS };
  });
}

/** A smaller ratio is that of values that are all changed alike, but for rounding. */
const LEAST_RATIO = 1e-9;

function logOf(ratio: number | null | undefined): number | null {
  return ratio === null || ratio === undefined || ratio < LEAST_RATIO ? null : Math.log10(ratio);
}

/** Losses of the evaluations in PyTorch's order. */
function lossesOf({ evaluations }: Trained, order: Trained): Series {
  return order.evaluations.map(({ split, statistics }) => {
    const same = (one: (typeof evaluations)[number]) =>
      one.split === split && one.statistics === statistics;
    return evaluations.find(same)?.loss ?? null;
  });
}

type Sides = { readonly ours: Series; readonly theirs: Series; readonly others: readonly Series[] };

/** Updates until rounding decides one. */
export function stepsDecided({ decided }: Reference["single"]): number {
  const first = decided.indexOf(false);
  return first === -1 ? decided.length : first;
}

class Judge {
  readonly #decided: number;
  readonly differences: string[] = [];
  readonly worst: Record<string, number> = {};

  /** @param decided - steps after which nothing is judged */
  constructor(decided: number) {
    this.#decided = decided;
  }

  /** Judges step by step, until PyTorch's drift is chaos; returns how many steps. */
  series(kind: string, what: string, { ours, theirs, others }: Sides): number {
    let drift = 0;
    for (const [step, value] of theirs.entries()) {
      if (kind === "ratio" && value === null) continue;
      for (const other of others) drift = Math.max(drift, distance(kind, value, other[step]));
      // What a step measures is from before its update, but for the ratios.
      const decided = kind === "ratio" ? this.#decided : this.#decided + 1;
      if (drift > CHAOS || step >= decided) return step;
      const difference = distance(kind, value, ours[step]);
      if (!this.#allows(kind, difference, drift)) {
        const digits = `${shown(ours[step])}, PyTorch ${shown(value)} (drift ${shown(drift)})`;
        this.differences.push(`step ${step}: ${what} ${digits}`);
        return step;
      }
    }
    return theirs.length;
  }

  /** Judges all values of a tensor beside its largest. */
  values(kind: string, what: string, { ours, theirs, others }: Sides): void {
    const drift = Math.max(...others.map((other) => farthestOf(theirs, other)));
    if (drift > CHAOS_OF_VALUES) return;
    const difference = farthestOf(theirs, ours);
    if (!this.#allows(kind, difference, drift)) {
      this.differences.push(`${what}: ${shown(difference)} of its largest (drift ${shown(drift)})`);
    }
  }

  #allows(kind: string, difference: number, drift: number): boolean {
    this.worst[kind] = Math.max(this.worst[kind] ?? 0, difference);
    const margin = kind === "tensors" || kind === "state" ? MARGIN_OF_VALUES : MARGIN;
    return difference <= (LEAST[kind] ?? 0) + margin * drift;
  }
}

/** The largest difference of any value, relative to the largest of `theirs`. */
function farthestOf(theirs: Series, from: Series): number {
  if (from.length !== theirs.length) return Number.POSITIVE_INFINITY;
  const scale = Math.max(...theirs.map((value) => Math.abs(value ?? 0)), Number.MIN_VALUE);
  return Math.max(
    ...theirs.map((value, i) => (value === from[i] ? 0 : gap(value, from[i]) / scale)),
    0,
  );
}

function gap(a: number | null | undefined, b: number | null | undefined): number {
  return a === null || b === null || a === undefined || b === undefined
    ? Number.POSITIVE_INFINITY
    : Math.abs(a - b);
}

function distance(kind: string, theirs: number | null, other: number | null | undefined): number {
  if (theirs === other) return 0;
  const scale = kind === "ratio" ? 1 : Math.max(Math.abs(theirs ?? 1), Number.MIN_VALUE);
  return gap(theirs, other) / scale;
}

function shown(value: number | null | undefined): string {
  return value === null || value === undefined ? String(value) : value.toPrecision(8);
}
