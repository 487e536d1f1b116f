import { ENGINES, type EngineName } from "./engine.ts";

/**
 * The revision of each engine: two runs of one config are the same to the last bit where the same revision trained both.
 *
 * Raise an engine's by one, once per release, with every change that lets it train any config to other bits: a loss, an
 * update:data ratio, a weight, a running statistic, an evaluation or a probe. That is a sum in another order, another
 * approximation of a function, a fused operation, but also another draw of the initialisation or of the batches. What
 * changes speed or memory alone leaves it as it is, and so does what says how a run is recorded, shown or judged.
 *
 * Runs record it. A checkpoint of one revision is not continued by another unless the user wants it, and a finished run
 * is not trained again. `test/revision.test.ts` has a hash of what the current revision trains: it fails where bits have
 * changed and the revision has not.
 */
export const ENGINE_REVISIONS: Readonly<Record<EngineName, number>> = { simd: 2, tfjs: 2 };

type Trained = { readonly engine: string | undefined; readonly revision: string | null };

/** Tells which revisions trained a run, as the view `runs` has them, unless the current one alone did, or none. */
export function otherThanCurrent({
  engine,
  revision,
}: Trained): { readonly revision: string; readonly current: number } | null {
  const known = ENGINES.find((one) => one === engine);
  if (known === undefined || revision === null) return null;
  const current = ENGINE_REVISIONS[known];
  return revision === String(current) ? null : { revision, current };
}
