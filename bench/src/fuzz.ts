/**
 * `fuzz.ts [--seconds N] [--seed S]`: calls kernels that V8 has compiled in pairs of vectors, by wide tiles, and the same
 * without pairs, by narrow tiles, with the same operands: random shapes, numbers of every size, infinities and NaN. What
 * they leave in memory has to be the same, but for which NaN it is. Prints JSON; the seed repeats it.
 */
import { parseArgs } from "node:util";
import { chosenKernels } from "../../packages/core/src/engines/simd/kernels.ts";
import {
  compile,
  instantiate,
  type Kernels,
  readKernels,
  type Tiles,
} from "../../packages/core/src/engines/simd/wasm-modules.ts";
import { FuzzBed } from "./fuzz-bed.ts";
import { FUZZED } from "./fuzz-cases.ts";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "5" }, seed: { type: "string" } },
});
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const { module, tiles, facts } = chosenKernels("own");
const bed = new FuzzBed(seed, open(module, tiles), open(compile(readKernels("fused")), "narrow"));

const end = performance.now() + Number(values.seconds) * 1000;
while (performance.now() < end) for (const fuzz of FUZZED) fuzz(bed);
const { calls, compared, different } = bed;
const kernels = `${facts.version}, ${tiles} tiles, against unpaired, narrow ones`;
const text = `fuzz  ${kernels}: seed ${seed}, ${calls} calls, ${compared} values: ${
  different.length === 0 ? "the same" : `different: ${different.slice(0, 5).join("; ")}`
}`;
process.stdout.write(`${JSON.stringify({ text, differences: different.length })}\n`);

type Side = { readonly kernels: Kernels; readonly memory: WebAssembly.Memory };

function open(of: WebAssembly.Module, by: Tiles): Side {
  const memory = new WebAssembly.Memory({ initial: 64 });
  return { kernels: instantiate(of, memory, by), memory };
}
