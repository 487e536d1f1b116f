/** What stands between V8's compilers and training. */
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { kernelWishes } from "../src/engines/simd/kernel-wish.ts";
import { differingKernel, TEST_PAGES, TestBed } from "../src/engines/simd/self-test.ts";
import { takesFlags } from "../src/engines/simd/v8-flags.ts";
import { compile, readKernels } from "../src/engines/simd/wasm-modules.ts";
import { functionsWithVectors } from "./constant-addresses.ts";

const KERNELS = fileURLToPath(new URL("../src/engines/simd/kernels.ts", import.meta.url));

test.each([
  ["fused", 1],
  ["fused", 0],
  ["soft", 1],
  ["soft", 0],
] as const)("the %s kernels have the stored bits, tiles wide: %i", (arithmetic, isWide) => {
  expect(tested(readKernels(arithmetic), isWide)).toBeNull();
});

/** Instructions of WebAssembly's binary format, and what takes their place. */
const SWAPS = {
  "f32x4.add": ["fde401", "fde501"],
  "f32x4.sub": ["fde501", "fde401"],
  "f32x4.mul": ["fde601", "fde401"],
  "f32x4.relaxed_madd": ["fd8502", "fd8602"],
} as const;
/** Of all wrong instructions: some change no bit at all, of the last terms of a polynomial, say. */
const MOST_MISSED = 0.03;

test("the self-test sees nearly every wrong instruction", () => {
  const code = Buffer.from(readKernels("fused")).toString("hex");
  let [tried, missed] = [0, 0];
  for (const [right, wrong] of Object.values(SWAPS)) {
    for (let at = code.indexOf(right); at >= 0; at = code.indexOf(right, at + 1)) {
      if (at % 2 === 1) continue;
      const broken = code.slice(0, at) + wrong + code.slice(at + right.length);
      tried += 1;
      if (tested(Buffer.from(broken, "hex"), 1) === null) missed += 1;
    }
  }

  expect(tried).toBeGreaterThan(300);
  expect(missed / tried).toBeLessThan(MOST_MISSED);
});

test("every function with vectors is optimised, and so compiled in pairs, by the end of the self-test", () => {
  const script = `
    const { chosenKernels } = await import(${JSON.stringify(KERNELS)});
    chosenKernels("own");`;
  const flags = ["--trace-wasm-compilation-times", "--no-warnings", "--input-type=module"];
  const { ABLATE_KERNELS: _, ...env } = process.env;
  // Into a file: of what V8 prints into a pipe that is full for a moment, lines are lost.
  const folder = mkdtempSync(join(tmpdir(), "ablate-self-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = openSync(join(folder, "trace.txt"), "w+");
  const stdio = ["ignore", file, "inherit"] as const;
  execFileSync(process.execPath, [...flags, "--eval", script], { env, stdio: [...stdio] });
  closeSync(file);
  const compiled = readFileSync(join(folder, "trace.txt"), "utf8");
  const optimised = compiled.matchAll(/ (0x\w+)#(\d+) using TurboFan/g);
  const byModule = Map.groupBy(optimised, ([, module]) => module);
  const largest = [...byModule.values()].sort((a, b) => b.length - a.length)[0] ?? [];

  const seen = new Set(largest.map(([, , index]) => Number(index)));
  expect(functionsWithVectors(readKernels("fused")).filter((index) => !seen.has(index))).toEqual(
    [],
  );
});

test("flags are set where they were tried, and where a newer Node says that it knows them", () => {
  expect(takesFlags("12.4.254.21-node.57")).toBe(false);
  expect(takesFlags("13.6.233.17-node.53", "/no/such/node")).toBe(true);
  expect(takesFlags("14.6.202.34-node.34", "/no/such/node")).toBe(true);
  expect(takesFlags("14.7.1", "/no/such/node")).toBe(false);
  expect(takesFlags("15.0.1", "false")).toBe(false);
  expect(takesFlags("15.0.1", process.execPath)).toBe(true);
});

test("wishes for kernels are words between commas", () => {
  expect([...kernelWishes({ ABLATE_KERNELS: "unpaired, wide" })]).toEqual(["unpaired", "wide"]);
  expect([...kernelWishes({ ABLATE_KERNELS: "" }), ...kernelWishes({})]).toEqual([]);
  expect(() => kernelWishes({ ABLATE_KERNELS: "fast" })).toThrow(
    'ABLATE_KERNELS is "fast"; it takes soft, unpaired, wide, narrow, differing',
  );
  expect(() => kernelWishes({ ABLATE_KERNELS: "wide,narrow" })).toThrow("tiles are wide or narrow");
});

function tested(kernels: Uint8Array, isWide: number): string | null {
  const bed = new TestBed(compile(kernels), new WebAssembly.Memory({ initial: TEST_PAGES }));
  bed.kernels.chooseTiles(isWide);
  return differingKernel(bed);
}
