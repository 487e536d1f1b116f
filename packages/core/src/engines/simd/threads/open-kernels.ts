import { chosenKernels, instantiateKernels, type Kernels } from "../kernels.ts";
import { instantiate } from "../wasm-modules.ts";
import { MOST_PAGES } from "./shared-module.ts";
import { splitKernels, updateSumsBytes } from "./split-kernels.ts";
import { Team } from "./team.ts";

/** Kernels, the memory that they compute in, and the threads that compute. */
export type OpenKernels = {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
  /** The first byte that the kernels of all threads leave free. */
  readonly firstByte: number;
  /** Null where there is one thread, whose kernels then know nothing of others. */
  readonly team: Team | null;
};

/** Shared memory of a run that has ended: V8 does not count it, so it would pile up before it is collected. */
let spare: WebAssembly.Memory | null = null;

/**
 * Opens kernels over cleared memory, for at most so many threads.
 *
 * @param largest - floats of the largest parameter, pads included
 */
export function openKernels(mostThreads: number, largest: number): OpenKernels {
  if (mostThreads === 1) {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const kernels = instantiateKernels(memory);
    return { kernels, memory, firstByte: kernels.heapBase(), team: null };
  }
  const memory = spare ?? new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  spare = null;
  new Uint8Array(memory.buffer).fill(0);
  const { module, tiles } = chosenKernels("shared");
  const team = new Team({ module, memory, tiles }, mostThreads);
  const alone = instantiate(module, memory, tiles);
  // Each helper copies operands to a room of its own; what updates sum up lies behind these.
  const sumsAt = alone.heapBase() + (mostThreads - 1) * alone.roomBytes();
  const kernels = splitKernels(alone, team, sumsAt);
  return { kernels, memory, firstByte: sumsAt + updateSumsBytes(alone, largest), team };
}

/** Lets the helpers end and keeps shared memory for the next run. */
export function closeKernels({ memory, team }: Pick<OpenKernels, "memory" | "team">): void {
  if (team === null) return;
  team.dispose();
  spare = memory;
}
