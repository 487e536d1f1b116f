/** Rows of curves, read once and then only added to while a run goes on. */
import type { CurveBlock, StepRange, StoreReader } from "@ablate/store";
import { LruCache } from "./lru-cache.ts";
import type { ShownRun } from "./shown-run.ts";

export type Span = StepRange & { readonly level: number };

type Known = { readonly attempt: string; readonly to: number; readonly block: CurveBlock };

/** 28 bytes each. */
const KEPT_VALUES = 2_000_000;

export class History {
  readonly #known: LruCache<Known> = new LruCache(
    KEPT_VALUES,
    ({ block }) => block.rows * block.series,
  );

  /** Several series of a run in a span of its steps. */
  read(
    reader: StoreReader,
    run: ShownRun,
    { series, span }: { readonly series: readonly string[]; readonly span: Span },
  ): CurveBlock {
    const { level, from, to } = span;
    const key = [run.name, level, from, ...series].join("|");
    const attempt = `${run.hash} ${run.startedAt}`;
    const known = this.#known.get(key);
    const isUsable = known?.attempt === attempt && known.to <= to;
    const block = isUsable
      ? grow(known.block, from, (next) =>
          reader.curves(run.name, series, level, { from: next, to }),
        )
      : reader.curves(run.name, series, level, { from, to });
    this.#known.set(key, { attempt, to, block });
    return block;
  }
}

/** The block and what has come since; its last row may have been an open bucket and is read again. */
function grow(block: CurveBlock, from: number, read: (from: number) => CurveBlock): CurveBlock {
  const last = block.steps[block.rows - 1];
  if (last === undefined) return read(from);
  const fresh = read(last);
  const kept = block.rows - 1;
  const rows = kept + fresh.rows;
  const { level, series } = block;
  const steps = new Float64Array(rows);
  steps.set(block.steps.subarray(0, kept));
  steps.set(fresh.steps, kept);
  const join = <T extends Float64Array | Uint32Array>(into: T, old: T, added: T): T => {
    for (let s = 0; s < series; s++) {
      into.set(old.subarray(s * block.rows, s * block.rows + kept), s * rows);
      into.set(added.subarray(s * fresh.rows, (s + 1) * fresh.rows), s * rows + kept);
    }
    return into;
  };
  const values = () => new Float64Array(rows * series);
  return {
    level,
    rows,
    series,
    steps,
    n: join(new Uint32Array(rows * series), block.n, fresh.n),
    min: join(values(), block.min, fresh.min),
    mean: join(values(), block.mean, fresh.mean),
    max: join(values(), block.max, fresh.max),
  };
}
