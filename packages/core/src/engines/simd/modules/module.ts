/** What the modules of a network have in common, and what they are made in. */
import type { PlannedModule } from "../../../model/network-plan.ts";
import type { Parameter } from "../../../spec.ts";
import type { MaskSource } from "../../engine.ts";
import type { Arena, Matrix, Slot } from "../layout.ts";
import type { Kernels } from "../wasm-modules.ts";

/** What goes from one module to the next: `positions` rows of each example. */
export type Port = {
  readonly positions: number;
  readonly value: Matrix;
  /**
   * Gradient of the mean loss in `value`, of equal layout. It is there when the module that leaves `value` goes back, and
   * until then; afterwards it may be overwritten.
   */
  readonly gradient: Matrix;
};

/**
 * How a forward pass is meant. `train`: as a step makes it. `probe`: by the same moments, but nothing is dropped and no
 * running statistics move. `held`: by the moments that the norms hold, and nothing is dropped.
 */
export type Mode = "train" | "probe" | "held";

/** A module of a network, laid out in memory. It allocates nothing when it runs. */
export interface Module {
  /** The module of the plan that it does; null where it does a part of one. */
  readonly planned: PlannedModule | null;
  /** What it reads on the way forward. */
  readonly inputs: readonly Port[];
  readonly output: Port;
  /** Parameters whose gradients are there, and whose values are not needed any more, when it has gone back. */
  readonly slots: readonly Slot[];

  forward(examples: number, mode: Mode): void;

  /** From the gradient of its output to those of its inputs and of its parameters. */
  backward(examples: number): void;
}

/** Where the modules of one network are made. */
export type Site = {
  readonly kernels: Kernels;
  /** Large enough only when `whenOpen` calls back. */
  readonly memory: WebAssembly.Memory;
  readonly arena: Arena;
  /** Tokens of an example. */
  readonly context: number;
  /** Examples that there is room for. */
  readonly examples: number;
  /** Examples of a training step. */
  readonly batchSize: number;
  /** Tokens of the current examples, int32: `[examples, context]`. */
  readonly tokensAt: number;
  readonly embedding: Slot;
  /** Gradient of the embedding as the weight of a tied output layer; null where none is tied. */
  readonly tiedGradient: Matrix | null;
  /** Whether any module drops values, so that equal tokens do not always give equal rows. */
  readonly hasDropout: boolean;
  /** Draws the masks of dropout. */
  readonly masks: MaskSource | undefined;
  readonly slotOf: (parameter: Parameter) => Slot;
  /** Has something written into the memory as soon as it is there. */
  readonly whenOpen: (write: (memory: ArrayBufferLike) => void) => void;
};

/** Reserves what leaves a module, and its gradient unless that has a place. */
export function reservePort(
  { arena, examples }: Pick<Site, "arena" | "examples">,
  { positions, width }: Pick<PlannedModule, "positions" | "width">,
  gradient?: Matrix,
): Port {
  const rows = examples * positions;
  return {
    positions,
    value: arena.matrix(rows, width),
    gradient: gradient ?? arena.matrix(rows, width),
  };
}
