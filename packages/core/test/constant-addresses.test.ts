/** No kernel may load or store a pair of vectors at a constant address, which V8 13.6 gets wrong. */
import { expect, test } from "vitest";
import { readKernels } from "../src/engines/simd/wasm-modules.ts";
import { assemble, constantAccesses } from "./constant-addresses.ts";

test.each(["fused", "soft"] as const)("the %s kernels have no such access", (arithmetic) => {
  expect(constantAccesses(readKernels(arithmetic))).toEqual([]);
});

const PAIR = "(v128.store offset=16 (local.get $p) (v128.load (local.get $x)))";

test.each([
  ["a constant", "(v128.store (i32.const 64) (v128.load (local.get $x)))"],
  [
    "a sum of constants",
    "(v128.store (i32.add (i32.const 64) (i32.const 16)) (v128.load (local.get $x)))",
  ],
  ["a global that nothing changes", "(drop (v128.load (global.get $table)))"],
  ["a variable", `(local.set $p (i32.const 64)) ${PAIR}`],
  ["a variable that both branches leave", `(if (local.get $x) (then (nop)) (else (nop))) ${PAIR}`],
  ["a parameter of a call that may be inlined", "(call $callee (i32.const 64) (local.get $x))"],
])("one at %s is found", (_, body) => {
  expect(accessesOf(body)).toHaveLength(1);
});

test.each([
  ["a parameter", "(v128.store (local.get $x) (v128.load (local.get $x)))"],
  ["a global that may change", `(local.set $p (global.get $room)) ${PAIR}`],
  [
    "a variable of a loop",
    `(loop $next (local.set $p (i32.add (local.get $p) (local.get $x))) ${PAIR})`,
  ],
  [
    "a constant, of one number in all lanes",
    "(v128.store (local.get $x) (v128.load32_splat (i32.const 64)))",
  ],
])("one at %s is allowed", (_, body) => {
  expect(accessesOf(body)).toEqual([]);
});

function accessesOf(body: string): string[] {
  return constantAccesses(
    assemble(`(module (memory 1) (global $table i32 (i32.const 64)) (global $room (mut i32) (i32.const 64))
      (func $callee (param $p i32) (param $x i32) ${PAIR})
      (func (export "kernel") (param $x i32) (local $p i32) ${body})
      (func (export "change") (param $x i32) (global.set $room (local.get $x)) (call $callee (local.get $x) (local.get $x))))`),
  );
}
