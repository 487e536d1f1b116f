/**
 * `check-bits.ts [--write]`: compares what the self-test expects of the kernels with what they compute, or writes it. The
 * soft module says what that is: no processor's fused multiply-add has a part in it.
 */
import { writeFileSync } from "node:fs";
import { differingKernel, TEST_PAGES, TestBed } from "../src/engines/simd/self-test.ts";
import { CASE_NAMES } from "../src/engines/simd/self-test-cases.ts";
import { compile, readKernels } from "../src/engines/simd/wasm-modules.ts";

const FILE = new URL("../src/engines/simd/self-test-bits.ts", import.meta.url);

const memory = new WebAssembly.Memory({ initial: TEST_PAGES });
const bed = new TestBed(compile(readKernels("soft")), memory);

if (process.argv.includes("--write")) writeFileSync(FILE, source());
else {
  const kernel = differingKernel(bed);
  if (kernel !== null) {
    process.stderr.write(
      `${kernel} computes other bits than self-test-bits.ts has; if it should: (cd packages/core && node --run kernel-bits)\n`,
    );
    process.exitCode = 1;
  }
}

function source(): string {
  const hash = (name: (typeof CASE_NAMES)[number]): string =>
    bed.hashOf(name).toString(16).padStart(8, "0");
  return `// Written by \`node --run kernel-bits\`.
import type { CaseName } from "./self-test-cases.ts";

export type KernelBits = Readonly<Record<CaseName, number>>;

/** Hashes of what each case of the self-test computes: the same on every machine. */
export const KERNEL_BITS: KernelBits = {
${CASE_NAMES.map((name) => `  ${name}: 0x${hash(name)},\n`).join("")}};
`;
}
