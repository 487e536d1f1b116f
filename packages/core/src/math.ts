/**
 * Elementary functions in double precision whose bits depend on no JavaScript engine: what is stored
 * or trained on goes through these, never through `Math.log` and its like.
 */
import { instantiateKernels } from "./engines/simd/kernels.ts";

type UnaryFunction = (x: number) => number;

const kernels = instantiateKernels(new WebAssembly.Memory({ initial: 1 }));

export const exp: UnaryFunction = kernels.exp;
export const ln: UnaryFunction = kernels.ln;
/** `ln(1 + x)`, exact for small x. */
export const ln1p: UnaryFunction = kernels.ln1p;
export const log10: UnaryFunction = kernels.log10;
export const sin: UnaryFunction = kernels.sin;
export const cos: UnaryFunction = kernels.cos;
