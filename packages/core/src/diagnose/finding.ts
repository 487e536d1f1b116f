/** What the rules say of a run: findings, and the numbers in their sentences. */

export type Level = "info" | "warning" | "error";

/** Every rule, and the level at which what it says is worth stopping for; docs/diagnostics.md explains each. */
export const RULES = {
  "initial-loss": "warning",
  saturated: "warning",
  "dead-units": "warning",
  "identical-units": "error",
  "constant-layer": "warning",
  "one-sided-weights": "info",
  "shrinking-activations": "warning",
  "growing-activations": "warning",
  "vanishing-gradients": "warning",
  "exploding-gradients": "warning",
  "slow-updates": "warning",
  "fast-updates": "warning",
  "uneven-updates": "warning",
  frozen: "error",
  "output-learns-faster": "info",
  "running-statistics": "warning",
  "weak-norm": "warning",
  "small-batch": "warning",
  penalty: "warning",
  "weight-decay": "warning",
  clipping: "warning",
  dropout: "warning",
  "growing-stream": "warning",
  "loss-spike": "warning",
  divergence: "error",
  plateau: "info",
  underfitting: "info",
  "validation-gap": "warning",
} as const;

/** Rules of runs that other programs train alone, whose rate and schedule nobody has said. */
const LOG_RULES = {
  "learning-rate": "warning",
  "warm-up": "warning",
} as const;

export type Rule = keyof typeof RULES | keyof typeof LOG_RULES;

const LEVELS: Readonly<Record<Rule, Level>> = { ...RULES, ...LOG_RULES };

export type Finding = {
  readonly level: Level;
  readonly rule: Rule;
  readonly layer: string | null;
  readonly param: string | null;
  /** Since when it holds; 0 is initialisation. */
  readonly step: number;
  /** What was measured; null where it is not finite. */
  readonly value: number | null;
  readonly message: string;
  /** The step from which on it no longer holds; null: it still holds. */
  readonly until: number | null;
};

/** What a rule observes at one step; a finding is made of a row of them, which `step` begins. */
export type Observation = Omit<Finding, "until">;

export const SEVERITY: Readonly<Record<Level, number>> = { info: 0, warning: 1, error: 2 };

/** Says whether it is a rule that runs trained here may break. */
export function isRule(name: string): name is keyof typeof RULES {
  return Object.hasOwn(RULES, name);
}

/** Shortens a finding to its message up to the first colon; figures and advice follow the colon. */
export function headline({ message }: Pick<Finding, "message">): string {
  return message.split(": ")[0] ?? message;
}

/** Turns an observation that is over since step `until` into information. */
export function pastFinding(observed: Observation, until: number): Finding {
  const head = headline(observed);
  const rest = observed.message.slice(head.length);
  const message = `${head}, no longer at step ${grouped(until)}${rest}`;
  return { ...observed, level: "info", message, until };
}

/** Whether a finding is as serious as its rule is meant to be. */
export function isFull({ rule, level }: Observation): boolean {
  return SEVERITY[level] >= SEVERITY[LEVELS[rule]];
}

/** The most serious first, then by step; equals stay in their order. */
export function bySeriousness(a: Observation, b: Observation): number {
  return SEVERITY[b.level] - SEVERITY[a.level] || a.step - b.step;
}

/** Makes an observation about the whole network unless a layer or a parameter is named. */
export function observation(
  rule: Rule,
  {
    level = LEVELS[rule],
    layer = null,
    param = null,
    step,
    value,
    message,
  }: Partial<Pick<Observation, "level" | "layer" | "param">> &
    Pick<Observation, "step" | "message"> & { readonly value: number },
): Observation {
  const kept = Number.isFinite(value) ? value : null;
  return { level, rule, layer, param, step, value: kept, message };
}

/** Three digits: `0.0314`, `27.9`, `3.1e-5`. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(1).replace(".0e", "e");
  if (size >= 100) return grouped(value);
  return String(Number(value.toPrecision(3)));
}

/** `2.31`: losses, in nats. */
export function nats(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) < 1e6 ? value.toFixed(2) : value.toExponential(1);
}

/** `66 %`, one digit more below 10. */
export function percent(share: number): string {
  const hundredths = share * 100;
  return `${hundredths < 9.95 ? hundredths.toFixed(1) : hundredths.toFixed(0)} %`;
}

/** `1 step`, `10,000 steps` */
export function steps(count: number): string {
  return `${grouped(count)} step${count === 1 ? "" : "s"}`;
}

/** `10,000` */
export function grouped(value: number): string {
  return value.toFixed(0).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}
