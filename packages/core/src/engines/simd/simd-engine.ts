import type { Dataset, Examples } from "../../data/dataset.ts";
import type { ModelSpec, Parameter, TrainSpec } from "../../spec.ts";
import type { Engine, Tensor } from "../engine.ts";
import { Arena, type Matrix } from "./arena.ts";
import { instantiateKernels, type Kernels } from "./kernels.ts";
import { type Layer, type Layout, layOut, type Norm, type Slot } from "./layers.ts";

/** Examples that an evaluation sends through the kernels at a time. */
const TILE = 256;

export type SimdEngineOptions = {
  readonly model: ModelSpec;
  readonly train: Pick<TrainSpec, "batchSize" | "l2">;
  readonly dataset: Pick<Dataset, "train" | "vocabulary">;
  /** Initial values in the order of `planParameters`, then any running statistics to start from. */
  readonly tensors: readonly Tensor[];
};

/**
 * Forward, backward, update and ratios by hand, in WebAssembly SIMD kernels over one memory that is laid
 * out once: a step allocates nothing. Letters: B examples a batch, T tokens a context, E embedding
 * width, V vocabulary.
 */
export class SimdEngine implements Engine {
  readonly name = "simd";
  readonly parameters: readonly Parameter[];
  readonly #model: ModelSpec;
  readonly #batchSize: number;
  readonly #training: Examples;
  readonly #kernels: Kernels;
  readonly #layout: Layout;
  readonly #lambdas: Float64Array;
  readonly #tokensAt: number;
  readonly #targetsAt: number;
  readonly #exponentialsAt: number;
  readonly #floats: Float32Array;
  readonly #tokens: Int32Array;
  readonly #targets: Int32Array;
  readonly #ratios: Float32Array;

  constructor({ model, train, dataset, tensors }: SimdEngineOptions) {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const vocabularySize = dataset.vocabulary.length;
    const rows = Math.max(train.batchSize, TILE);
    this.#kernels = instantiateKernels(memory);
    const arena = new Arena(this.#kernels.heapBase());
    this.#tokensAt = arena.reserve(rows * model.context * 4);
    this.#targetsAt = arena.reserve(rows * 4);
    this.#exponentialsAt = arena.reserve(vocabularySize * 8);
    const ratiosAt = arena.reserve(tensors.length * 4);
    this.#layout = layOut(arena, { model, vocabularySize, rows, ratios: ratiosAt });
    memory.grow(Math.ceil(arena.byteLength / 65536));
    this.#floats = new Float32Array(memory.buffer);
    this.#tokens = new Int32Array(memory.buffer, this.#tokensAt, rows * model.context);
    this.#targets = new Int32Array(memory.buffer, this.#targetsAt, rows);
    this.#ratios = new Float32Array(memory.buffer, ratiosAt, this.#layout.slots.length);
    this.#model = model;
    this.#batchSize = train.batchSize;
    this.#training = dataset.train;
    this.parameters = this.#layout.slots.map(({ name, value }) => ({
      name,
      shape: shapeOf(name, value),
      size: value.rows * value.columns,
    }));
    const { l2 } = train;
    this.#lambdas = Float64Array.from(this.parameters, ({ name }) =>
      typeof l2 === "number" ? l2 : (l2[name] ?? 0),
    );
    this.#load(tensors);
  }

  step(batch: Int32Array, lr: number, ratios: Float32Array, offset: number): number {
    const kernels = this.#kernels;
    const { embedding, layers, slots } = this.#layout;
    const B = this.#batchSize;
    this.#take(this.#training, batch, B);
    this.#embed(B);
    let x = this.#layout.input; // [B, T * E]
    for (const layer of layers) {
      this.#linear(layer, x, B); // [B, fan_out]
      if (layer.norm !== null) this.#normaliseByBatch(layer, layer.norm, B);
      this.#activate(layer, B);
      x = layer.output;
    }
    let loss = this.#crossEntropy(B, layers.at(-1)?.gradient.at ?? 0) / B;

    for (let i = layers.length - 1; i >= 0; i--) {
      const layer = layers[i];
      if (layer === undefined) continue;
      this.#backward(layer, layers[i - 1], B);
    }
    const dx = this.#layout.inputGradient;
    const { context: T, embedding: E } = this.#model;
    const { rows: V, ld } = embedding.value;
    kernels.scatterAdd(embedding.gradient.at, this.#tokensAt, dx.at, B, T, E, V, ld, dx.ld);

    for (let p = 0; p < slots.length; p++) {
      const slot = slots[p];
      if (slot !== undefined) loss += this.#update(slot, lr, this.#lambdas[p] ?? 0);
    }
    ratios.set(this.#ratios, offset);
    return loss;
  }

  normaliseBy(source: Examples | "running"): void {
    if (source === "running") this.#useRunning();
    else this.#measure(source);
  }

  evaluate(examples: Examples): number {
    const { layers } = this.#layout;
    let total = 0;
    for (let start = 0; start < examples.count; start += TILE) {
      const rows = this.#takeTile(examples, start);
      this.#forward(layers, rows);
      total += this.#crossEntropy(rows, 0);
    }
    return total / examples.count;
  }

  predict(context: ArrayLike<number>, logits: Float32Array): void {
    const { layers } = this.#layout;
    for (let t = 0; t < this.#model.context; t++) this.#tokens[t] = context[t] ?? 0;
    this.#useRunning();
    this.#forward(layers, 1);
    const output = layers.at(-1)?.output.at ?? 0;
    logits.set(this.#floats.subarray(output / 4, output / 4 + logits.length));
  }

  tensors(): Tensor[] {
    return [
      ...this.#layout.slots.map(({ name, value }) => this.#read(name, value)),
      ...this.#norms().flatMap(({ layer, norm }) => [
        this.#read(`${layer.shape.name}.bn.running_mean`, norm.runningMean),
        this.#read(`${layer.shape.name}.bn.running_${this.#spreadName()}`, norm.runningSpread),
      ]),
    ];
  }

  #linear({ weight, bias, linear, shape }: Layer, x: Matrix, rows: number): void {
    const { fanIn: K, fanOut: N } = shape;
    const { value: w } = weight;
    this.#kernels.gemm(
      x.at,
      w.at,
      bias?.value.at ?? 0,
      linear.at,
      rows,
      K,
      N,
      x.ld,
      w.ld,
      linear.ld,
    );
  }

  #normaliseByBatch(layer: Layer, norm: Norm, rows: number): void {
    const { momentum } = this.#convention();
    const { mean, spread, divisor, slope, runningMean, runningSpread } = norm;
    const { at, columns, ld } = layer.linear;
    const [epsilon, keepsVariance] = this.#spreadArguments();
    this.#kernels.batchMoments(
      at,
      mean.at,
      spread.at,
      divisor.at,
      slope.at,
      rows,
      columns,
      ld,
      epsilon,
      keepsVariance,
    );
    this.#normalise(layer, norm, rows);
    this.#kernels.foldRunning(runningMean.at, mean.at, momentum, columns);
    this.#kernels.foldRunning(runningSpread.at, spread.at, momentum, columns);
  }

  #normalise({ linear, normed }: Layer, norm: Norm, rows: number): void {
    this.#kernels.normalise(
      linear.at,
      norm.mean.at,
      norm.divisor.at,
      norm.gamma.value.at,
      norm.beta.value.at,
      norm.normal.at,
      normed.at,
      rows,
      linear.columns,
      linear.ld,
    );
  }

  #activate({ normed, output }: Layer, rows: number): void {
    if (normed === output) return;
    const forward =
      this.#model.activation === "tanh" ? this.#kernels.tanhForward : this.#kernels.reluForward;
    forward(normed.at, output.at, rows * normed.ld);
  }

  /** Turns the gradient of a layer's output into those of its parameters and of its input. */
  #backward(layer: Layer, below: Layer | undefined, B: number): void {
    const kernels = this.#kernels;
    const { normed, output, gradient: dy, weight, bias, norm, shape } = layer;
    const { fanIn: K, fanOut: N } = shape;
    if (normed !== output) {
      const backward =
        this.#model.activation === "tanh" ? kernels.tanhBackward : kernels.reluBackward;
      backward(output.at, dy.at, dy.at, B * dy.ld);
    }
    if (norm !== null) {
      kernels.normBackward(
        dy.at,
        norm.normal.at,
        norm.divisor.at,
        norm.slope.at,
        norm.gamma.value.at,
        norm.gamma.gradient.at,
        norm.beta.gradient.at,
        dy.at,
        B,
        N,
        dy.ld,
      );
    }
    const x = below?.output ?? this.#layout.input;
    const dx = below?.gradient ?? this.#layout.inputGradient;
    const { value: w, gradient: dw } = weight;
    kernels.gemmTransposedA(x.at, dy.at, dw.at, K, B, N, x.ld, dy.ld, dw.ld); // [fan_in, fan_out]
    if (bias !== null) kernels.columnSums(dy.at, bias.gradient.at, B, N, dy.ld);
    kernels.gemmTransposedB(dy.at, w.at, dx.at, B, N, K, dy.ld, w.ld, dx.ld); // [B, fan_in]
  }

  #update({ value, gradient, ratio }: Slot, lr: number, lambda: number): number {
    const { at, rows, columns, ld } = value;
    return this.#kernels.update(at, gradient.at, ratio, rows, columns, ld, lr, lambda);
  }

  /** Forward through `layers` with the moments that each norm holds. */
  #forward(layers: readonly Layer[], rows: number): void {
    this.#embed(rows);
    let x = this.#layout.input;
    for (const layer of layers) {
      this.#linear(layer, x, rows);
      if (layer.norm !== null) this.#normalise(layer, layer.norm, rows);
      this.#activate(layer, rows);
      x = layer.output;
    }
  }

  #embed(rows: number): void {
    const { input, embedding } = this.#layout;
    const { context: T, embedding: E } = this.#model;
    const { value: table } = embedding;
    this.#kernels.gather(table.at, this.#tokensAt, input.at, rows, T, E, table.ld, input.ld);
  }

  #crossEntropy(rows: number, gradientAt: number): number {
    const logits = this.#layout.layers.at(-1)?.output;
    if (logits === undefined) return Number.NaN;
    const { at, columns, ld } = logits;
    return this.#kernels.crossEntropy(
      at,
      this.#targetsAt,
      gradientAt,
      this.#exponentialsAt,
      rows,
      columns,
      ld,
    );
  }

  #useRunning(): void {
    for (const { norm } of this.#norms()) {
      this.#copy(norm.runningMean, norm.mean);
      this.#copy(norm.runningSpread, norm.spread);
      this.#setDivisor(norm);
    }
  }

  /**
   * Sets every norm's moments to those of all `examples`, layer by layer: one pass over the data for
   * each norm, through the layers below it, whose moments are known by then.
   */
  #measure(examples: Examples): void {
    const { layers } = this.#layout;
    const [, keepsVariance] = this.#spreadArguments();
    for (const { layer, norm } of this.#norms()) {
      const { columns: N, ld, at } = layer.linear;
      const { sums, runningMean: shift, mean, spread } = norm;
      const below = layers.slice(0, layers.indexOf(layer));
      this.#floats.fill(0, sums / 4, sums / 4 + 4 * ld);
      for (let start = 0; start < examples.count; start += TILE) {
        const rows = this.#takeTile(examples, start);
        this.#forward(below, rows);
        this.#linear(layer, below.at(-1)?.output ?? this.#layout.input, rows);
        this.#kernels.columnMoments(at, shift.at, sums, rows, N, ld);
      }
      this.#kernels.finishMoments(
        sums,
        shift.at,
        mean.at,
        spread.at,
        examples.count,
        N,
        ld,
        keepsVariance,
      );
      this.#setDivisor(norm);
    }
  }

  #setDivisor({ spread, divisor }: Norm): void {
    const [epsilon, keepsVariance] = this.#spreadArguments();
    this.#kernels.divisorOf(spread.at, divisor.at, spread.columns, epsilon, keepsVariance);
  }

  #take(examples: Examples, indices: Int32Array, rows: number): void {
    const T = this.#model.context;
    for (let b = 0; b < rows; b++) {
      const index = indices[b] ?? 0;
      for (let t = 0; t < T; t++) this.#tokens[b * T + t] = examples.contexts[index * T + t] ?? 0;
      this.#targets[b] = examples.targets[index] ?? 0;
    }
  }

  #takeTile(examples: Examples, start: number): number {
    const T = this.#model.context;
    const rows = Math.min(TILE, examples.count - start);
    this.#tokens.set(examples.contexts.subarray(start * T, (start + rows) * T));
    this.#targets.set(examples.targets.subarray(start, start + rows));
    return rows;
  }

  #norms(): { readonly layer: Layer; readonly norm: Norm }[] {
    return this.#layout.layers.flatMap((layer) =>
      layer.norm === null ? [] : [{ layer, norm: layer.norm }],
    );
  }

  #convention(): { readonly epsilon: number; readonly momentum: number; readonly running: string } {
    const { batchNorm } = this.#model;
    return batchNorm === "none" ? { epsilon: 0, momentum: 0, running: "variance" } : batchNorm;
  }

  #spreadArguments(): readonly [epsilon: number, keepsVariance: number] {
    const { epsilon, running } = this.#convention();
    return [epsilon, running === "variance" ? 1 : 0];
  }

  #spreadName(): "var" | "std" {
    return this.#convention().running === "variance" ? "var" : "std";
  }

  #load(tensors: readonly Tensor[]): void {
    const given = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    for (const { name, value } of this.#layout.slots) this.#write(value, given.get(name));
    for (const { layer, norm } of this.#norms()) {
      const { name } = layer.shape;
      const mean = given.get(`${name}.bn.running_mean`);
      const spread = given.get(`${name}.bn.running_${this.#spreadName()}`);
      if (mean !== undefined) this.#write(norm.runningMean, mean);
      if (spread === undefined) this.#fill(norm.runningSpread, 1);
      else this.#write(norm.runningSpread, spread);
    }
  }

  #read(name: string, { at, rows, columns, ld }: Matrix): Tensor {
    const values = new Float32Array(rows * columns);
    for (let i = 0; i < rows; i++) {
      const row = at / 4 + i * ld;
      values.set(this.#floats.subarray(row, row + columns), i * columns);
    }
    return { name, shape: shapeOf(name, { at, rows, columns, ld }), values };
  }

  #write({ at, rows, columns, ld }: Matrix, tensor: Tensor | undefined): void {
    if (tensor === undefined || tensor.values.length !== rows * columns) {
      throw new RangeError(`simd: ${tensor?.name ?? "a tensor"} is missing or of another size`);
    }
    for (let i = 0; i < rows; i++) {
      this.#floats.set(tensor.values.subarray(i * columns, (i + 1) * columns), at / 4 + i * ld);
    }
  }

  #fill({ at, columns }: Matrix, value: number): void {
    this.#floats.fill(value, at / 4, at / 4 + columns);
  }

  #copy(from: Matrix, to: Matrix): void {
    this.#floats.copyWithin(to.at / 4, from.at / 4, from.at / 4 + from.columns);
  }
}

function shapeOf(name: string, { rows, columns }: Matrix): readonly number[] {
  return name === "embedding" || name.endsWith(".weight") ? [rows, columns] : [columns];
}
