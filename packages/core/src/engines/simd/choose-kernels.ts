/** Which kernels a process trains on: all have the same bits, and the fastest that pass the self-test are taken. */
import { EngineError, type EngineFacts } from "../engine.ts";
import type { KernelWish } from "./kernel-wish.ts";
import { differingKernel, TEST_PAGES, TestBed } from "./self-test.ts";
import { KERNEL_BITS, type KernelBits } from "./self-test-bits.ts";
import type { CaseName } from "./self-test-cases.ts";
import { MOST_PAGES, withSharedMemory } from "./threads/shared-module.ts";
import { pairing, takesFlags } from "./v8-flags.ts";
import {
  type Arithmetic,
  compile,
  instantiate,
  isValid,
  readKernels,
  type Tiles,
} from "./wasm-modules.ts";
import { isWideFaster } from "./wide-tiles.ts";

/** Memory of one thread, or memory that several share: each has a module of its own, which is tested as it is. */
export type MemoryKind = "own" | "shared";

export type ChosenKernels = {
  readonly module: WebAssembly.Module;
  readonly tiles: Tiles;
  /** What they are, and why they are not faster ones, as it is stored with a run. */
  readonly facts: Pick<EngineFacts, "version" | "reason">;
};

type Wishes = ReadonlySet<KernelWish>;

/** A way to compile the kernels. */
type Way = {
  readonly arithmetic: Arithmetic;
  /** V8 is to make one operation on 256 bits of two on 128. */
  readonly isPaired: boolean;
  /** Why it is not a faster one. */
  readonly reason: string | null;
};

/** @throws EngineError - there is no WebAssembly here, or no kernels have the bits that they should have */
export function chooseKernels(wishes: Wishes, kind: MemoryKind): ChosenKernels {
  let failure: string | null = null;
  for (const way of waysFor(wishes)) {
    const { isPaired } = way;
    const work = (): Tried => tryWay(way, wishes, kind);
    const tried = isPaired ? pairing(work) : work();
    if ("difference" in tried) {
      const how = isPaired ? "vectors of 256 bits" : `${way.arithmetic} kernels`;
      failure ??= `V8 ${process.versions.v8} computes other bits with ${how} (${tried.difference})`;
    } else {
      const { facts } = tried;
      const reason = failure === null ? facts.reason : `${failure}; ${SLOWER[way.arithmetic]}`;
      return { ...tried, facts: { ...facts, reason } };
    }
  }
  throw new EngineError(`${failure}; nothing can be trained on it`);
}

/** Expectations that no kernels meet. */
const WRONG_BITS: KernelBits = { ...KERNEL_BITS, update: ~KERNEL_BITS.update };

const ASKED_FOR = "asked for";
const SLOWER: Readonly<Record<Arithmetic, string>> = {
  fused: "the same bits, half as fast",
  soft: "the same bits, many times as slowly",
};

/**
 * Fastest first. The soft kernels are never compiled in pairs: products of doubles do not pair, and V8 14.6 (Node 26)
 * ends the process where it tries to.
 */
function waysFor(wishes: Wishes): Way[] {
  const soft: Way = { arithmetic: "soft", isPaired: false, reason: ASKED_FOR };
  if (wishes.has("soft")) return [soft];
  const why = "this processor has no fused multiply-add";
  if (!isFused()) return [{ ...soft, reason: `${why}; ${SLOWER.soft}` }];
  const paired: Way = { arithmetic: "fused", isPaired: true, reason: null };
  const unpaired: Way = { arithmetic: "fused", isPaired: false, reason: null };
  if (wishes.has("unpaired")) return [{ ...unpaired, reason: ASKED_FOR }, soft];
  if (process.arch !== "x64") return [unpaired, soft];
  if (takesFlags()) return [paired, unpaired, soft];
  const reason = `V8 ${process.versions.v8} makes no vectors of 256 bits; ${SLOWER.fused}`;
  return [{ ...unpaired, reason }, soft];
}

const TILES: readonly Tiles[] = ["wide", "narrow"];

/** The kernels compiled in one way, or the first of them that has other bits. */
type Tried = ChosenKernels | { readonly difference: CaseName };

function tryWay({ arithmetic, isPaired, reason }: Way, wishes: Wishes, kind: MemoryKind): Tried {
  const own = readKernels(arithmetic);
  const bytes = kind === "shared" ? withSharedMemory(own) : own;
  const module = compile(isPaired ? apart(bytes) : bytes);
  const bed = new TestBed(module, memoryOf(kind));
  // ARM64 has 32 registers of 128 bits, as good as sixteen of 256.
  const isWide = isPaired ? isWideFaster(bed) : process.arch === "arm64";
  const bits = isPaired && isWide ? 256 : 128;
  const tiles = TILES.find((one) => wishes.has(one)) ?? (isWide ? "wide" : "narrow");
  bed.kernels.chooseTiles(tiles === "wide" ? 1 : 0);
  const isOff = isPaired && wishes.has("differing");
  if (isPaired) differingKernel(bed); // whose first calls V8 optimises after
  const difference = differingKernel(bed, isOff ? WRONG_BITS : KERNEL_BITS);
  if (difference !== null) return { difference };
  const slower = isPaired && !isWide ? "vectors of 256 bits are no faster here" : null;
  return {
    module,
    tiles,
    facts: { version: `${arithmetic}, ${bits} bits`, reason: reason ?? slower },
  };
}

function memoryOf(kind: MemoryKind): WebAssembly.Memory {
  const initial = TEST_PAGES;
  return kind === "own"
    ? new WebAssembly.Memory({ initial })
    : new WebAssembly.Memory({ initial, maximum: MOST_PAGES, shared: true });
}

/** Says whether a b + c is rounded once: of (1 + 2^-12)^2 - (1 + 2^-11) a rounding of the product leaves nothing. */
function isFused(): boolean {
  const bytes = readKernels("fused");
  if (!isValid(bytes)) return false;
  const module = compile(bytes);
  const memory = new WebAssembly.Memory({ initial: 4 });
  const { heapBase, maddEach } = instantiate(module, memory, "narrow");
  const at = heapBase();
  const [x, minus, result] = [at, at + 16, at + 32];
  const floats = new Float32Array(memory.buffer);
  floats.fill(1 + 2 ** -12, x / 4, x / 4 + 4);
  floats.fill(-(1 + 2 ** -11), minus / 4, minus / 4 + 4);
  maddEach(x, x, minus, result, 4);
  return floats[result / 4] === 2 ** -24;
}

/**
 * Returns the same module as other bytes, with a custom section named "2" at its end: V8 looks for code of the same bytes
 * in all of the process, and would hand out what it has compiled without flags.
 */
function apart(bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(...bytes, 0, 2, 1, "2".charCodeAt(0));
}
