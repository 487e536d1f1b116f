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
  for (const name of ["tanhBackward", "reluBackward", "sigmoidBackward"] as const) {
    bed.call(`${name} ${count}`, (kernels) => kernels[name](x.at, y.at, y.at, count));
  }
  bed.call(`columnSums ${rows} x ${columns}`, ({ columnSums }) =>
    columnSums(x.at, sums.at, rows, columns, x.ld),
  );
};

/** Nonlinearities with a slope, sums and products. */
const gates: Fuzz = (bed) => {
  bed.clear();
  const [rows, n] = [bed.size(), bed.size()];
  const [x, y, slope] = [bed.draw(rows, n), bed.draw(rows, n), bed.room(rows, n)];
  const { ld } = x;
  const count = rows * ld;
  for (const name of ["geluForward", "geluTanhForward", "siluForward", "eluForward"] as const) {
    bed.call(`${name} ${count}`, (kernels) => kernels[name](x.at, y.at, slope.at, count));
  }
  bed.call(`leakyReluForward ${count}`, ({ leakyReluForward }) =>
    leakyReluForward(x.at, y.at, count, 0.01),
  );
  bed.call(`leakyReluBackward ${count}`, ({ leakyReluBackward }) =>
    leakyReluBackward(x.at, slope.at, slope.at, count, 0.01),
  );
  bed.call(`sigmoidForward ${rows} x ${n}`, ({ sigmoidForward }) =>
    sigmoidForward(x.at, y.at, rows, n, ld),
  );
  bed.call(`softplusForward ${rows} x ${n}`, ({ softplusForward }) =>
    softplusForward(x.at, y.at, slope.at, rows, n, ld),
  );
  bed.call(`multiply ${count}`, ({ multiply }) => multiply(x.at, slope.at, slope.at, count));
  bed.call(`add ${count}`, ({ add }) => add(x.at, y.at, y.at, count));
  bed.call(`clamp ${count}`, ({ clamp }) => clamp(y.at, count, 0.5));
  bed.call(`scale ${count}`, ({ scale }) => scale(y.at, count, 0.3));
  bed.call(`squares ${count}`, ({ squares }) => squares(x.at, count));
};

const rowNorms: Fuzz = (bed) => {
  bed.clear();
  const [rows, n] = [bed.size(), bed.size()];
  const x = bed.draw(rows, n);
  const { ld } = x;
  const [gain, shift, scales] = [bed.draw(1, n).at, bed.draw(1, n).at, bed.room(1, rows).at];
  const [normal, y, dgain, dshift] = [
    bed.room(rows, n).at,
    bed.draw(rows, n).at,
    bed.room(1, n).at,
    bed.room(1, n).at,
  ];
  const shape = `${rows} x ${n}`;
  bed.call(`layerNorm ${shape}`, ({ layerNorm }) =>
    layerNorm(x.at, gain, shift, normal, y, scales, rows, n, ld, 1e-5),
  );
  bed.call(`affineGradients ${shape}`, ({ affineGradients }) =>
    affineGradients(y, normal, dgain, dshift, rows, n, ld),
  );
  bed.call(`layerNormBackward ${shape}`, ({ layerNormBackward }) =>
    layerNormBackward(y, normal, scales, gain, y, rows, n, ld),
  );
  bed.call(`rmsNorm ${shape}`, ({ rmsNorm }) =>
    rmsNorm(x.at, gain, normal, y, scales, rows, n, ld, 1e-5),
  );
  bed.call(`rmsNormBackward ${shape}`, ({ rmsNormBackward }) =>
    rmsNormBackward(y, normal, scales, gain, y, rows, n, ld),
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
  bed.call(`smoothedCrossEntropy ${rows} x ${n}`, ({ smoothedCrossEntropy }) =>
    smoothedCrossEntropy(logits.at, targets, gradient.at, sums.at, rows, n, logits.ld, 0.1),
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

/** A bed's parameter, gradient and states; squares are not below 0 where they are numbers. */
const optimizers: Fuzz = (bed) => {
  bed.clear();
  const [rows, n, decay] = [bed.size(), bed.size(), bed.below(2) / 10];
  const drawn = () => bed.draw(rows, n);
  const [p, g, a, b, c] = [drawn(), drawn(), drawn().at, drawn().at, drawn().at];
  const [sums, ratio] = [bed.room(1 + rows, 8).at, bed.room(1, 1).at];
  const count = rows * p.ld;
  bed.call(`multiply ${count}`, ({ multiply }) => multiply(c, c, c, count));
  bed.call(`momentum ${count}`, ({ momentum }) =>
    momentum(p.at, g.at, a, sums, count, 0.1, 0.9, 0.7, 0.9, 1, decay),
  );
  bed.call(`adam ${count}`, ({ adam }) =>
    adam(p.at, g.at, a, c, sums, count, 0.9, 0.999, 0.01, 1.1, 1e-8, decay, 0.01),
  );
  for (const buffer of [a, 0]) {
    for (const mean of [b, 0]) {
      bed.call(`rmsprop ${count}`, ({ rmsprop }) =>
        rmsprop(p.at, g.at, c, buffer, mean, sums, count, 0.1, 0.9, 1e-8, decay, 0.5),
      );
    }
  }
  bed.call(`adagrad ${count}`, ({ adagrad }) =>
    adagrad(p.at, g.at, c, sums, count, 0.1, 1e-8, decay),
  );
  bed.call(`lion ${count}`, ({ lion }) => lion(p.at, g.at, a, sums, count, 0.1, 0.9, 0.99, decay));
  bed.call(`finishUpdate ${rows} x ${n}`, ({ finishUpdate }) =>
    finishUpdate(p.at, g.at, ratio, sums, rows, n, p.ld, 1),
  );
};

export const FUZZED: readonly Fuzz[] = [
  ...[products, maps, gates, batchNorm, rowNorms, losses, updates, optimizers],
];
