/**
 * Elementary functions in double precision whose bits depend on no JavaScript engine: what is stored
 * or trained on goes through these, never through `Math.log` and its like. They are a module of their own,
 * compiled when the first of them is called: a command that only reads needs none of the kernels.
 */
import { instantiateScalar, type ScalarFunctions } from "./engines/simd/wasm-modules.ts";

type UnaryFunction = (x: number) => number;

let instance: ScalarFunctions | undefined;

function functions(): ScalarFunctions {
  instance ??= instantiateScalar();
  return instance;
}

export const exp: UnaryFunction = (x) => functions().exp(x);
export const ln: UnaryFunction = (x) => functions().ln(x);
/** `ln(1 + x)`, exact for small x. */
export const ln1p: UnaryFunction = (x) => functions().ln1p(x);
export const log10: UnaryFunction = (x) => functions().log10(x);
export const sin: UnaryFunction = (x) => functions().sin(x);
export const cos: UnaryFunction = (x) => functions().cos(x);

/** `base` to the power of a whole number, by multiplications alone: its bits depend on no JavaScript engine. */
export function power(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
