/** What is fuzzed: kernels with operands of random shapes. */
import type { FuzzBed } from "./fuzz-bed.ts";

type Fuzz = (bed: FuzzBed) => void;

const products: Fuzz = (bed) => {
  bed.clear();
  const [m, k, n] = [bed.size(), bed.size(), bed.size()];
  const [a, b, bias, c] = [bed.draw(m, k), bed.draw(k, n), bed.draw(1, n), bed.room(m, n)];
  const [aT, bT] = [bed.draw(k, m), bed.draw(n, k)];
  const shape = `${m} x ${k} x ${n}`;
  for (const start of [bias.at, 0]) {
    bed.call(`gemm ${shape}`, ({ gemm }) =>
      gemm(a.at, b.at, start, c.at, m, k, n, a.ld, b.ld, c.ld),
    );
  }
  bed.call(`gemmTransposedA ${shape}`, ({ gemmTransposedA }) =>
    gemmTransposedA(aT.at, b.at, c.at, m, k, n, aT.ld, b.ld, c.ld),
  );
  bed.call(`gemmTransposedB ${shape}`, ({ gemmTransposedB }) =>
    gemmTransposedB(a.at, bT.at, c.at, m, k, n, a.ld, bT.ld, c.ld),
  );
};

const maps: Fuzz = (bed) => {
  bed.clear();
  const [rows, columns] = [bed.size(), bed.size()];
  const [x, y, sums] = [bed.draw(rows, columns), bed.draw(rows, columns), bed.room(1, columns)];
  const count = rows * x.ld;
  for (const name of ["tanhForward", "reluForward", "expForward", "logForward"] as const) {
    bed.call(`${name} ${count}`, (kernels) => kernels[name](x.at, y.at, count));
  }
  for (const name of ["tanhBackward", "reluBackward"] as const) {
    bed.call(`${name} ${count}`, (kernels) => kernels[name](x.at, y.at, y.at, count));
  }
  bed.call(`columnSums ${rows} x ${columns}`, ({ columnSums }) =>
    columnSums(x.at, sums.at, rows, columns, x.ld),
  );
};

const batchNorm: Fuzz = (bed) => {
  bed.clear();
  const [rows, n, keeps] = [1 + bed.size(), bed.size(), bed.below(2)];
  const x = bed.draw(rows, n);
  const { ld } = x;
  const vectors = Array.from({ length: 8 }, () => bed.draw(1, n).at);
  const [mean = 0, spread = 0, divisor = 0, slope = 0, gamma = 0, beta = 0] = vectors;
  const [dgamma = 0, dbeta = 0] = vectors.slice(6);
  const [normal, y] = [bed.room(rows, n).at, bed.draw(rows, n).at];
  const shape = `${rows} x ${n}`;
  bed.call(`batchMoments ${shape}`, ({ batchMoments }) =>
    batchMoments(x.at, mean, spread, divisor, slope, rows, n, ld, 1e-5, keeps),
  );
  bed.call(`normalise ${shape}`, ({ normalise }) =>
    normalise(x.at, mean, divisor, gamma, beta, normal, y, rows, n, ld),
  );
  bed.call(`normBackward ${shape}`, ({ normBackward }) =>
    normBackward(y, normal, divisor, slope, gamma, dgamma, dbeta, y, rows, n, ld),
  );
  bed.call(`foldRunning ${n}`, ({ foldRunning }) => foldRunning(spread, mean, 0.1, n));
};

const losses: Fuzz = (bed) => {
  bed.clear();
  const [rows, n] = [bed.size(), 1 + bed.size()];
  const [logits, gradient, sums] = [bed.draw(rows, n), bed.room(rows, n), bed.room(1, rows)];
  const targets = bed.drawIndices(rows, n);
  bed.call(`crossEntropy ${rows} x ${n}`, ({ crossEntropy }) =>
    crossEntropy(logits.at, targets, gradient.at, sums.at, rows, n, logits.ld),
  );
};

const updates: Fuzz = (bed) => {
  bed.clear();
  const [rows, n, lambda] = [bed.size(), bed.size(), bed.below(2) / 100];
  const [p, g, ratio, room] = [
    bed.draw(rows, n),
    bed.draw(rows, n),
    bed.room(1, 1),
    bed.room(1, 32),
  ];
  bed.call(`update ${rows} x ${n}`, ({ update }) =>
    update(p.at, g.at, ratio.at, room.at, rows, n, p.ld, 0.1, lambda),
  );
};

export const FUZZED: readonly Fuzz[] = [products, maps, batchNorm, losses, updates];
