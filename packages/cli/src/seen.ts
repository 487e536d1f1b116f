/** Runs as they are, not as a process that was killed has left them. */
import type { RunState, RunSummary, StoreReader } from "@ablate/store";

/** Makes the function that says interrupted of a run whose process has died; writes nothing. */
export function lossSeer(
  reader: StoreReader,
  now: number = Date.now(),
): (name: string, state: RunState) => RunState {
  let lost: ReadonlySet<string> | null = null;
  return (name, state) => {
    if (state !== "running") return state;
    lost ??= new Set(reader.stamps(now).flatMap(({ run, isLost }) => (isLost ? [run] : [])));
    return lost.has(name) ? "interrupted" : state;
  };
}

/** The same of rows of the view `runs`. */
export function asSeen(runs: readonly RunSummary[], reader: StoreReader): RunSummary[] {
  const stateOf = lossSeer(reader);
  return runs.map((run) => {
    const state = stateOf(run.name, run.state);
    return state === run.state ? run : { ...run, state, reason: "process died" };
  });
}
