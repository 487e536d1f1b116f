/** What every optimiser is on the kernels. */
import type { Matrix } from "../layout.ts";
import type { Kernels } from "../wasm-modules.ts";

/** A parameter and what an optimiser keeps of it. Its matrices are of one layout. */
export type KeptSlot = {
  readonly value: Matrix;
  readonly gradient: Matrix;
  /** Where the update:data ratio goes, float32. */
  readonly ratio: number;
  /** In the order of `keptStates`. */
  readonly states: readonly Matrix[];
  readonly weightDecay: number;
};

/** What rules compute with. */
export type Ground = {
  readonly kernels: Kernels;
  /** Where the kernels leave the sums of their blocks, for the largest parameter. */
  readonly sumsAt: number;
  /** 128 bytes that the kernel of plain SGD overwrites. */
  readonly roomAt: number;
};

/** An optimiser. What it makes allocates nothing. */
export type Rule = {
  /** Called before the updates of a step with their number, from 1 on. */
  readonly begin?: (t: number) => void;
  /** Makes what updates one parameter, whose gradient is the update afterwards, and writes its ratio. */
  readonly of: (slot: KeptSlot) => (rate: number) => void;
};

/** Writes std(update) / std(p) of a parameter whose kernel has left the update and the sums of its blocks. */
export function finish({ kernels, sumsAt }: Ground, slot: KeptSlot): void {
  const { at, rows, columns, ld } = slot.value;
  kernels.finishUpdate(at, slot.gradient.at, slot.ratio, sumsAt, rows, columns, ld, 1);
}

/** Makes pads 0 again where they were 0 / 0: without an epsilon. */
export function clearPads({ kernels }: Ground, { value, gradient, states }: KeptSlot): void {
  const { rows, columns, ld } = value;
  kernels.zeroPads(value.at, rows, columns, ld);
  kernels.zeroPads(gradient.at, rows, columns, ld);
  for (let i = 0; i < states.length; i++) kernels.zeroPads(states[i]?.at ?? 0, rows, columns, ld);
}
