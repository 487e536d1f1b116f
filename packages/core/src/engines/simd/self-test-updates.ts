/** Cases of updates. */
import { keptStates } from "../../optimizers/optimizers.ts";
import { type Case, COLUMNS, ROWS } from "./self-test-bed.ts";
import { ruleOf, SAMPLES } from "./updates/rules.ts";

/** Of a parameter with decay and one of several blocks of sums without; of the first, spreads cancel in float32. */
export const update: Case = (bed) => {
  const [ratio, room] = [bed.room(1, 1), bed.room(1, 32)];
  for (const [rows, lambda] of [
    [ROWS, 0.01],
    [83, 0],
  ] as const) {
    const [p, g] = [
      bed.draw(rows, COLUMNS),
      lambda === 0 ? bed.draw(rows, COLUMNS) : bed.drawEven(rows, COLUMNS),
    ];
    const { update } = bed.kernels;
    bed.see(update(p.at, g.at, ratio.at, room.at, rows, COLUMNS, p.ld, 0.1, lambda), p, g, ratio);
  }
};

/** The same in the parts that several threads share. */
export const descendBlocks: Case = (bed) => {
  const [p, g] = [bed.draw(83, COLUMNS), bed.draw(83, COLUMNS)];
  const [ratio, sums] = [bed.room(1, 1), bed.room(2, 32)];
  const { decay, descendBlocks, finishUpdate } = bed.kernels;
  const penalty = decay(p.at, g.at, p.rows, COLUMNS, p.ld, 0.01);
  descendBlocks(p.at, g.at, sums.at, p.rows * p.ld, 0.1);
  finishUpdate(p.at, g.at, ratio.at, sums.at, p.rows, COLUMNS, p.ld, 0.1);
  bed.see(penalty, p, g, sums, ratio);
};

/** Rows of a parameter of one whole block and a part of one. */
const TALL = 29;

/** An update of every optimiser, in every way that its kernel has. */
export const optimizers: Case = (bed) => {
  for (const spec of SAMPLES) {
    const [value, gradient] = [bed.draw(TALL, COLUMNS), bed.draw(TALL, COLUMNS)];
    // A mean is behind a mean square, and has to be less than its root; one alone leaves its sign to the gradient.
    const states = keptStates(spec).map((_, i) => {
      const state = bed.drawEven(TALL, COLUMNS);
      bed.kernels.scale(state.at, TALL * state.ld, 2 ** (-3 - 8 * i));
      return state;
    });
    const [ratio, sums, room] = [bed.room(1, 1), bed.room(2, 8), bed.room(1, 32)];
    const rule = ruleOf(spec, { kernels: bed.kernels, sumsAt: sums.at, roomAt: room.at });
    const { weightDecay } = spec;
    rule.begin?.(3);
    rule.of({ value, gradient, ratio: ratio.at, states, weightDecay })(0.1);
    bed.see(value, gradient, ratio, sums, ...states);
  }
};

export const squares: Case = (bed) => {
  for (const columns of [COLUMNS, 8]) {
    const x = bed.draw(TALL, columns);
    bed.see(bed.kernels.squares(x.at, TALL * x.ld));
  }
};
