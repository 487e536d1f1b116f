/** Cases of updates. */
import { type Case, COLUMNS, ROWS } from "./self-test-bed.ts";

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
