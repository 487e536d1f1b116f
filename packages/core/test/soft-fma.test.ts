/** The module for processors without fused multiply-add has the bits of the instruction. */
import { expect, test } from "vitest";
import {
  type Arithmetic,
  compile,
  instantiate,
  readKernels,
} from "../src/engines/simd/wasm-modules.ts";
import { TorchGenerator } from "../src/random/torch-generator.ts";

const COUNT = 1 << 15;
const ROUNDS = 12;
const SPECIAL = [
  0x00000000, 0x00000001, 0x007fffff, 0x00800000, 0x00800001, 0x33800000, 0x3f7fffff, 0x3f800000,
  0x3f800001, 0x5f7fffff, 0x7f7ffffe, 0x7f7fffff, 0x7f800000, 0x7fc00000,
].flatMap((bits) => [bits, (bits | 0x80000000) >>> 0]);

const generator = new TorchGenerator(1);
const random = (): number => generator.rand(1)[0] ?? 0;
const fused = operands("fused");
const soft = operands("soft");

const draws: Readonly<Record<string, () => readonly number[]>> = {
  "random bits": () => [bits(), bits(), bits()],
  "of ordinary size": () => [normal(4), normal(4), normal(2 ** (60 * random() - 30))],
  "that cancel": () => {
    const [a, b] = [normal(4), normal(4)];
    return [a, b, -a * b * (1 + normal(2 ** (-20 - 8 * random())))];
  },
  "with subnormal results": () => [normal(2 ** -70), normal(2 ** -70), normal(2 ** -140)],
  "at the edge of overflow": () => [normal(2 ** 66), normal(2 ** 64), normal(2 ** 129)],
};

test.each(Object.entries(draws))("products and sums %s", (_, draw) => {
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < COUNT; i++) set(i, draw());
    expect(differences()).toEqual([]);
  }
});

test("every triple of zeros, subnormal, largest, infinite numbers and NaN", () => {
  let count = 0;
  for (const a of SPECIAL) {
    for (const b of SPECIAL) {
      for (const c of SPECIAL) set(count++, [a, b, c].map(fromBits));
    }
  }
  expect(count).toBe(SPECIAL.length ** 3);
  expect(differences()).toEqual([]);
});

function operands(arithmetic: Arithmetic) {
  const memory = new WebAssembly.Memory({ initial: 16 });
  const kernels = instantiate(compile(readKernels(arithmetic)), memory, "narrow");
  const [a = 0, b = 0, c = 0, y = 0] = [0, 1, 2, 3].map((i) => kernels.heapBase() + 4 * COUNT * i);
  const view = (at: number) => new Float32Array(memory.buffer, at, COUNT);
  const result = new Uint32Array(memory.buffer, y, COUNT);
  return {
    inputs: [view(a), view(b), view(c)],
    result,
    run: () => kernels.maddEach(a, b, c, y, COUNT),
  };
}

function set(i: number, triple: readonly number[]): void {
  for (const { inputs } of [fused, soft]) {
    for (const [k, input] of inputs.entries()) input[i] = triple[k] ?? 0;
  }
}

/** The triples whose results differ; any NaN is the same as another. */
function differences(): string[] {
  fused.run();
  soft.run();
  const found: string[] = [];
  for (let i = 0; i < COUNT; i++) {
    const [one = 0, other = 0] = [fused.result[i], soft.result[i]];
    if (one === other || (isNotANumber(one) && isNotANumber(other))) continue;
    found.push(`${fused.inputs.map((input) => input[i])}: ${fromBits(one)}, ${fromBits(other)}`);
  }
  return found.slice(0, 5);
}

function isNotANumber(word: number): boolean {
  return (word & 0x7fffffff) > 0x7f800000;
}

function normal(scale: number): number {
  return scale * (2 * random() - 1);
}

function bits(): number {
  return fromBits(generator.randint(2 ** 32));
}

function fromBits(word: number): number {
  return new Float32Array(new Uint32Array([word]).buffer)[0] ?? 0;
}
