import type { LinearModule } from "../../../model/network-plan.ts";
import type { Matrix } from "../layout.ts";
import { makeEqualRows } from "./equal-rows.ts";
import { makeLinear } from "./linear.ts";
import type { Module, Port, Site } from "./module.ts";

/**
 * Makes `y = x W + b` over several positions, which in training multiplies each kind of row once. A batch of names has
 * many equal rows: most of them begin with nothing but end markers. What leaves a row depends on its tokens alone, so
 * equal rows are copied forward, to the same bits. Back, the gradients of equal rows are added up and go on in the first
 * of them, the others have none: everything below is linear in them and has equal values there, so parameters get the
 * same gradients. A probe looks at the gradient of every row: it multiplies all of them.
 */
export function makeDistinctLinear(
  site: Site,
  planned: LinearModule,
  input: Port,
  gradient?: Matrix,
): Module {
  const plain = makeLinear(site, planned, input, gradient);
  const { kernels: k, arena, slotOf } = site;
  if (planned.weight === null) throw new RangeError("simd: a linear layer without a weight");
  const { value: w, gradient: dw } = slotOf(planned.weight);
  const bias = planned.bias === null ? null : slotOf(planned.bias);
  const { value: x, gradient: dx, positions } = input;
  const { value: y, gradient: dy } = plain.output;
  const { rows: K, columns: N } = w;
  const equal = makeEqualRows(site, positions);
  const { kindsAt, firstsAt } = equal;
  const [distinctX, distinctDx] = [arena.matrix(x.rows, K), arena.matrix(x.rows, K)];
  const [distinctY, distinctDy] = [arena.matrix(y.rows, N), arena.matrix(y.rows, N)];
  /** Kinds of the last way forward; 0 where that multiplied all rows. */
  let kinds = 0;
  return {
    ...plain,

    forward(examples, mode) {
      kinds = mode === "train" ? equal.find(examples) : 0;
      if (kinds === 0) {
        plain.forward(examples, mode);
        return;
      }
      const [{ at: xs }, { at: ys }] = [distinctX, distinctY];
      k.gather(x.at, firstsAt, xs, kinds, 1, K, x.ld, x.ld);
      k.gemm(xs, w.at, bias?.value.at ?? 0, ys, kinds, K, N, x.ld, w.ld, y.ld); // [kinds, fan_out]
      k.gather(ys, kindsAt, y.at, examples * positions, 1, N, y.ld, y.ld); // [rows, fan_out]
    },

    backward(examples) {
      if (kinds === 0) {
        plain.backward(examples);
        return;
      }
      const rows = examples * positions;
      const [{ at: xs }, { at: dxs }, { at: dys }] = [distinctX, distinctDx, distinctDy];
      k.scatterAdd(dys, kindsAt, dy.at, rows, 1, N, kinds, y.ld, y.ld); // [kinds, fan_out]
      if (bias !== null) k.columnSums(dys, bias.gradient.at, kinds, N, y.ld); // [fan_out]
      k.gemmTransposedA(xs, dys, dw.at, K, kinds, N, x.ld, y.ld, dw.ld); // [fan_in, fan_out]
      k.gemmTransposedB(dys, w.at, dxs, kinds, N, K, y.ld, w.ld, x.ld); // [kinds, fan_in]
      k.scatterAdd(dx.at, firstsAt, dxs, kinds, 1, K, rows, x.ld, x.ld); // [rows, fan_in]
    },
  };
}
