/** Which kernels this process trains on: all have the same bits, and the fastest that work here are taken. */
import type { EngineFacts } from "../engine.ts";
import type { KernelWish } from "./kernel-wish.ts";
import { type Arithmetic, compile, instantiate, readKernels, type Tiles } from "./modules.ts";
import { pairVectors, takesFlags } from "./v8-flags.ts";

export type ChosenKernels = {
  readonly module: WebAssembly.Module;
  readonly tiles: Tiles;
  /** What they are, and why they are not faster ones, as it is stored with a run. */
  readonly facts: Pick<EngineFacts, "version" | "reason">;
};

type Reason = string | null;

/** @throws EngineError - there is no WebAssembly here */
export function chooseKernels(wishes: ReadonlySet<KernelWish>): ChosenKernels {
  const [arithmetic, whyNotFused] = chooseArithmetic(wishes);
  const [isPaired, whyNotPaired] = arithmetic === "soft" ? UNPAIRED : choosePairing(wishes);
  if (isPaired) pairVectors();
  const bytes = readKernels(arithmetic);
  const version = `${arithmetic}, ${isPaired ? 256 : 128} bits`;
  const reason = whyNotFused ?? whyNotPaired;
  const module = compile(isPaired ? bytes : apart(bytes));
  // ARM64 has 32 registers of 128 bits, as good as sixteen of 256.
  const tiles: Tiles = isPaired || process.arch === "arm64" ? "wide" : "narrow";
  return { module, tiles, facts: { version, reason } };
}

const ASKED_FOR = "asked for";

/**
 * Without the fused instruction there is little that pairs: products of doubles do not. V8 14.6 (Node 26) even ends
 * the process when it tries to pair them.
 */
const UNPAIRED: readonly [boolean, Reason] = [false, null];

function chooseArithmetic(wishes: ReadonlySet<KernelWish>): [Arithmetic, Reason] {
  if (wishes.has("soft")) return ["soft", ASKED_FOR];
  if (isFused()) return ["fused", null];
  return ["soft", `this processor has no fused multiply-add; ${SAME_BITS}, many times as slowly`];
}

function choosePairing(wishes: ReadonlySet<KernelWish>): readonly [boolean, Reason] {
  if (wishes.has("unpaired")) return [false, ASKED_FOR];
  if (process.arch !== "x64") return UNPAIRED;
  if (takesFlags()) return [true, null];
  return [false, `V8 ${process.versions.v8} does not pair vectors; ${SAME_BITS}, half as fast`];
}

const SAME_BITS = "the same bits";

/** Says whether a b + c is rounded once: with (1 + 2^-12)^2 - (1 + 2^-11) the second rounding would leave nothing. */
function isFused(): boolean {
  const module = compile(readKernels("fused"));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const kernels = instantiate(module, memory, "narrow");
  const at = kernels.heapBase();
  const [x, minus, result] = [at, at + 16, at + 32];
  const floats = new Float32Array(memory.buffer);
  floats.fill(1 + 2 ** -12, x / 4, x / 4 + 4);
  floats.fill(-(1 + 2 ** -11), minus / 4, minus / 4 + 4);
  kernels.maddEach(x, x, minus, result, 4);
  return floats[result / 4] === 2 ** -24;
}

/**
 * Returns the same module as other bytes: V8 keeps what it has compiled by the bytes, and would take what it has
 * compiled under other flags. Adds a custom section without contents, named "-".
 */
function apart(bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(...bytes, 0, 2, 1, "-".charCodeAt(0));
}
