/**
 * Trains a small classifier from an empty folder in which the package is installed, and prints as JSON what there was.
 *
 * node train.mjs tf-module backend way options
 */
const [, , tfModule, backendModule, backend, way, said] = process.argv;
const tf = await import(tfModule);
if (backendModule !== "") await import(backendModule);
const { AblateCallback, record } = await import("ablate-lab-tfjs");
await tf.setBackend(backend);
await tf.ready();

const { isDevice, ...options } = JSON.parse(said);
// As where tensors are not in memory: sums are made by kernels, and read many steps at once.
const known = isDevice ? { ...tf, getBackend: () => "webgl" } : tf;
const warnings = [];
console.warn = (text) => (text.includes("Hi, looks like") ? 0 : warnings.push(text));

const dense = (settings) =>
  tf.layers.dense({ kernelInitializer: tf.initializers.glorotUniform({ seed: 7 }), ...settings });

function makeModel() {
  const model = tf.sequential({
    layers: [
      dense({ units: 16, activation: "tanh", inputShape: [8], name: "first" }),
      tf.layers.layerNormalization({ name: "norm" }),
      dense({ units: 12, activation: "relu", name: "frozen", trainable: false }),
      dense({ units: 3, activation: "softmax", name: "last" }),
    ],
  });
  model.compile({
    optimizer: tf.train.momentum(0.05, 0.9),
    loss: "categoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return model;
}

const inputs = tf.randomNormal([96, 8], 0, 1, "float32", 11);
const targets = tf.oneHot(tf.argMax(tf.slice(inputs, [0, 0], [96, 3]), 1), 3).toFloat();

const weightsOf = (model) => model.getWeights().map((weight) => [...weight.dataSync()]);

/** Ratios as they are defined, from copies of all weights before and after each step. */
class BruteForce extends tf.Callback {
  rows = [];
  onTrainBegin() {
    this.before = this.copies();
  }
  copies() {
    return this.model.trainableWeights.map((weight) => [...weight.read().dataSync()]);
  }
  onBatchEnd(_, logs) {
    const after = this.copies();
    const size = (values) => {
      const mean =
        options.ratios === "std" ? values.reduce((sum, one) => sum + one, 0) / values.length : 0;
      return Math.sqrt(values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / values.length);
    };
    const ratios = after.map(
      (values, i) => size(values.map((one, k) => one - this.before[i][k])) / size(values),
    );
    this.rows.push({ loss: logs.loss.dataSync()[0], ratios });
    this.before = after;
  }
}

async function fit(callbacks) {
  const model = makeModel();
  const history = await model.fit(inputs, targets, {
    ...{ epochs: 3, batchSize: 16, shuffle: false, verbose: 0, yieldEvery: "never" },
    ...{ validationData: [inputs, targets], callbacks },
  });
  return { weights: weightsOf(model), history: history.history };
}

async function loop(isRecorded) {
  const weight = tf.variable(tf.randomNormal([8, 3], 0, 0.3, "float32", 5), true, "net/kernel");
  const bias = tf.variable(tf.zeros([3]), true, "net/bias");
  const optimizer = tf.train.adam(0.01);
  const run = isRecorded
    ? record(known, { "net/kernel": weight, "net/bias": bias }, optimizer, options)
    : null;
  const losses = [];
  let mid = 0;
  for (let step = 0; step < 60; step++) {
    const loss = optimizer.minimize(
      () => tf.losses.softmaxCrossEntropy(targets, tf.add(tf.matMul(inputs, weight), bias)),
      true,
    );
    run?.step(loss, { twice: 2 * step });
    if (step % 20 === 19) run?.log({ valid_loss: step });
    losses.push(loss.dataSync()[0]);
    loss.dispose();
    if (step === 30) mid = tf.memory().numTensors;
    if (step === 55) mid = tf.memory().numTensors - mid;
  }
  await run?.finish();
  const weights = [[...weight.dataSync()], [...bias.dataSync()]];
  optimizer.dispose();
  tf.dispose([weight, bias]);
  return { weights, losses, grown: mid };
}

const work = { fit, loop }[way];
await work(way === "fit" ? [] : false);
const before = tf.memory().numTensors;
const bare = await work(way === "fit" ? [] : false);
const bareTensors = tf.memory().numTensors - before;
const force = new BruteForce();
const recorded = await work(
  way === "fit" ? [new AblateCallback({ tf: known, ...options }), force] : true,
);
const tensors = tf.memory().numTensors - before - 2 * bareTensors;
const result = {
  bare,
  recorded,
  rows: force.rows,
  tensors,
  bareTensors,
  warnings,
  backend: tf.getBackend(),
};
process.stdout.write(
  `\n${JSON.stringify(result, (_, value) => (Number.isNaN(value) ? "NaN" : value))}\n`,
);
