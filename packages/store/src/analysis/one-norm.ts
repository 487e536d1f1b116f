/** One setting that says which norm a run has, whichever of two keys its config says it by. */
import { isMap } from "../reading/stored-json.ts";

const NORM = "model.norm";
const BATCH_NORM = "model.batch_norm";

type Keyed = { readonly key: string; readonly value: unknown };

/**
 * Puts `model.batch_norm` and `model.norm` of every run together as `model.norm`, where any of the runs has that. Lists
 * of layers stay as they are.
 *
 * @param make - makes a setting of its kind
 */
export function withOneNorm<S extends Keyed>(
  runs: readonly (readonly S[])[],
  make: (key: string, value: unknown) => S,
): readonly (readonly S[])[] {
  if (!runs.some((settings) => settings.some(({ key }) => key === NORM))) return runs;
  const known = new Map<readonly S[], readonly S[]>();
  return runs.map((settings) => {
    const own = known.get(settings) ?? oneNorm(settings, make);
    known.set(settings, own);
    return own;
  });
}

function oneNorm<S extends Keyed>(
  settings: readonly S[],
  make: (key: string, value: unknown) => S,
): readonly S[] {
  const batch = settings.find(({ key }) => key === BATCH_NORM);
  if (batch === undefined) return settings;
  const norm = settings.find(({ key }) => key === NORM);
  const one = norm ?? make(NORM, normOf(batch.value));
  return settings
    .filter(({ key }) => key !== NORM)
    .map((setting) => (setting.key === BATCH_NORM ? one : setting));
}

/** Returns a batch norm as `model.norm` has it. */
export function normOf(batchNorm: unknown): unknown {
  return isMap(batchNorm) ? { kind: "batch", ...batchNorm } : batchNorm;
}
