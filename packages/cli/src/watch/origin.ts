import type { GridEvent } from "@ablate/runner";
import type { StoreReader } from "@ablate/store";

/** Updates that were made before a run was started, and by which run. */
export type Origin = Pick<Extract<GridEvent, { event: "started" }>, "from" | "of">;

/** Makes what says where a run was started last. */
export function originTeller(reader: Pick<StoreReader, "events">): (run: string) => Origin {
  return (run) => {
    const start = reader.events(run).findLast(({ kind }) => STARTS.has(kind));
    const [, of = run, step] = RESUMED.exec(start?.message ?? "") ?? [];
    return step === undefined ? { from: 0, of: null } : { from: Number(step), of };
  };
}

const STARTS: ReadonlySet<string> = new Set(["started", "resumed"]);
const RESUMED = /^(?:from (\S+) )?at step (\d+)$/;
