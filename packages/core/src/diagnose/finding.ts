/** What a rule can say of a run. */
import { grouped } from "./number-text.ts";

export type Level = "info" | "warning" | "error";

/** Every rule, and the level at which what it says is worth stopping for; docs/diagnostics.md explains each. */
export const RULES = {
  "initial-loss": "warning",
  saturated: "warning",
  "dead-units": "warning",
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
  "loss-spike": "warning",
  divergence: "error",
  plateau: "info",
  "validation-gap": "warning",
} as const;

export type Rule = keyof typeof RULES;

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
  /** From which step on it holds no more; null: it still holds. */
  readonly until: number | null;
};

/** A finding at the moment it is measured: `step` is that of the evidence, which may be the first of many. */
export type Sign = Omit<Finding, "until">;

const SEVERITY: Readonly<Record<Level, number>> = { info: 0, warning: 1, error: 2 };

export function isRule(name: string): name is Rule {
  return Object.hasOwn(RULES, name);
}

/** What a finding says in a few words: its message up to the first colon; what follows are figures and advice. */
export function headline({ message }: Pick<Finding, "message">): string {
  return message.split(": ")[0] ?? message;
}

/** Turns a sign that is over since step `until` into information. */
export function pastFinding(sign: Sign, until: number): Finding {
  const head = headline(sign);
  const rest = sign.message.slice(head.length);
  const message = `${head}, no longer at step ${grouped(until)}${rest}`;
  return { ...sign, level: "info", message, until };
}

/** Whether a finding is as serious as its rule is meant to be. */
export function isFull({ rule, level }: Sign): boolean {
  return SEVERITY[level] >= SEVERITY[RULES[rule]];
}

/** The most serious first, then by step; equals stay in their order. */
export function bySeriousness(a: Sign, b: Sign): number {
  return SEVERITY[b.level] - SEVERITY[a.level] || a.step - b.step;
}

/** A sign about the whole network unless a layer or a parameter is named. */
export function sign(
  rule: Rule,
  {
    level = RULES[rule],
    layer = null,
    param = null,
    step,
    value,
    message,
  }: Partial<Pick<Sign, "level" | "layer" | "param">> &
    Pick<Sign, "step" | "message"> & { readonly value: number },
): Sign {
  const kept = Number.isFinite(value) ? value : null;
  return { level, rule, layer, param, step, value: kept, message };
}
