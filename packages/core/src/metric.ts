/** What is known of the numbers that a run records by a name of their own: `gradient_norm`, `lr.role:bias`. */
export type MetricFacts = {
  readonly name: string;
  /** Null: it has none. */
  readonly unit: string | null;
  /** Which numbers are better; null: neither. */
  readonly goal: "min" | "max" | null;
  /** Whether a chart has a logarithmic axis unless asked otherwise. */
  readonly isLog: boolean;
  /** Where a line helps the eye; null: nowhere. */
  readonly guide: number | null;
};

/** Returns what is usual of the numbers of a name. */
export function metricFacts(name: string): MetricFacts {
  const { isLog = false, guide = null } = KNOWN.get(name) ?? {};
  return { name, unit: null, goal: null, isLog, guide };
}

const KNOWN: ReadonlyMap<string, Partial<MetricFacts>> = new Map([
  ["gradient_norm", { isLog: true }],
  // At 1 nothing is clipped.
  ["clip_factor", { isLog: true, guide: 1 }],
]);
