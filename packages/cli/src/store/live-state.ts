/** States of runs as they are, not as a process that was killed left them; writes nothing. */
import type { RunState, RunSummary, StoreReader } from "@ablate/store";

/** Returns a function from a run's name and recorded state to its state: interrupted where its process died. */
export function liveStates(
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

/** Returns rows of the view `runs` with their live states. */
export function withLiveState(runs: readonly RunSummary[], reader: StoreReader): RunSummary[] {
  const stateOf = liveStates(reader);
  return runs.map((run) => {
    const state = stateOf(run.name, run.state);
    return state === run.state ? run : { ...run, state, reason: "process died" };
  });
}
