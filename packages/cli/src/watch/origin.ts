import type { GridEvent } from "@ablate/runner";
import type { StoreReader } from "@ablate/store";

/** Updates that were made before a run was started, and by which run. */
export type Origin = Pick<Extract<GridEvent, { event: "started" }>, "from" | "of">;

/** Makes what says where a run was started last. */
export function originTeller(reader: Pick<StoreReader, "events">): (run: string) => Origin {
  return (run) => {
    const start = reader.events(run).findLast(({ kind }) => STARTS.has(kind));
    return { from: start?.from?.step ?? 0, of: start?.from?.run ?? null };
  };
}

const STARTS: ReadonlySet<string> = new Set(["started", "resumed"]);
