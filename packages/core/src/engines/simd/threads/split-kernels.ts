/** Kernels whose larger calls are done by several threads, in parts. */
import type { Kernels } from "../wasm-modules.ts";
import { Division } from "./division.ts";
import { JOB_LENGTH } from "./lane.ts";
import { type Split, splitsOf, UPDATE_SUMS } from "./splits.ts";
import type { Team } from "./team.ts";

/** A kernel as if it took as many numbers as a job holds; WebAssembly passes over those that it does not take. */
// biome-ignore format: two lines of seven
export type Kernel = (
  a: number, b: number, c: number, d: number, e: number, f: number, g: number,
  h: number, i: number, j: number, k: number, l: number, m: number, n: number,
) => void;

/** The same for callers, who give as many as the kernel takes. */
// biome-ignore format: two lines of seven
type Call = (
  a: number, b: number, c: number, d?: number, e?: number, f?: number, g?: number,
  h?: number, i?: number, j?: number, k?: number, l?: number, m?: number, n?: number,
) => void;

/** Returns the kernels that fall into parts, in the order of `splitsOf`. */
export function splittable(kernels: Kernels): Kernel[] {
  return splitsOf(kernels).map(({ name }) => kernels[name]);
}

/** Calls a kernel with the arguments of a job. */
export function callKernel(kernel: Kernel, job: Float64Array): void {
  // biome-ignore format: two lines of seven
  kernel(
    job[1] ?? 0, job[2] ?? 0, job[3] ?? 0, job[4] ?? 0, job[5] ?? 0, job[6] ?? 0, job[7] ?? 0,
    job[8] ?? 0, job[9] ?? 0, job[10] ?? 0, job[11] ?? 0, job[12] ?? 0, job[13] ?? 0, job[14] ?? 0,
  );
}

/**
 * Returns kernels to call as before: what falls into parts is done by as many threads as the team has and as pay.
 *
 * @param sumsAt - where updates leave the sums of their blocks, `updateSumsBytes`
 */
export function splitKernels(kernels: Kernels, team: Team, sumsAt: number): Kernels {
  const own = new Float64Array(JOB_LENGTH);
  const split: { [Name in Split["name"]]?: Call } = {};
  for (const [index, { name, ...how }] of splitsOf(kernels).entries()) {
    const kernel: Kernel = kernels[name];
    const division = new Division(index, how);
    // biome-ignore format: two lines of seven
    split[name] = (a, b, c, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0, j = 0, k = 0, l = 0, m = 0, n = 0) => {
      if (team.size === 1) return kernel(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
      own[1] = a; own[2] = b; own[3] = c; own[4] = d; own[5] = e; own[6] = f; own[7] = g;
      own[8] = h; own[9] = i; own[10] = j; own[11] = k; own[12] = l; own[13] = m; own[14] = n;
      const given = division.giveParts(own, team);
      callKernel(kernel, own);
      team.finish(given);
    };
  }
  const together = { ...kernels, ...split };
  return { ...together, update: splitUpdate(together, kernels.update, { team, sumsAt }) };
}

/** Parameters of fewer floats are updated by one thread. */
const LEAST_UPDATE = 25_000;

function splitUpdate(
  { decay, descendBlocks, finishUpdate }: Kernels,
  alone: Kernels["update"],
  { team, sumsAt }: { readonly team: Team; readonly sumsAt: number },
): Kernels["update"] {
  return (p, g, ratio, room, rows, n, ld, lr, lambda) => {
    if (team.size === 1 || rows * ld < LEAST_UPDATE) {
      return alone(p, g, ratio, room, rows, n, ld, lr, lambda);
    }
    const penalty = lambda === 0 ? 0 : decay(p, g, rows, n, ld, lambda);
    descendBlocks(p, g, sumsAt, rows * ld, lr);
    finishUpdate(p, g, ratio, sumsAt, rows, n, ld, lr);
    return penalty;
  };
}

/** Returns the bytes of the sums of a parameter of so many floats. */
export function updateSumsBytes(
  { updateBlock }: Pick<Kernels, "updateBlock">,
  floats: number,
): number {
  return Math.ceil(floats / updateBlock()) * UPDATE_SUMS * Float32Array.BYTES_PER_ELEMENT;
}
