/** Draws `data.context` and `model` of a config: short forms, and lists in which every kind of layer occurs. */
import { ACTIVATIONS } from "@ablate/core";
import type { Random } from "../chaos/random.ts";

/** What YAML can say. */
export type Value =
  | string
  | number
  | boolean
  | readonly Value[]
  | { readonly [key: string]: Value };

export type YamlMap = { readonly [key: string]: Value };

/** A model, and what the rest of a config has to know of it. */
export type DrawnModel = {
  readonly context: number;
  readonly model: YamlMap;
  /** Hidden layers. */
  readonly depth: number;
  readonly hasBatchNorm: boolean;
  /** Whether there are layers that have a bias, or a norm with a gain. */
  readonly hasBias: boolean;
  readonly hasGain: boolean;
  readonly isTied: boolean;
};

const NORMS = ["batch", "layer", "rms"] as const;

export function drawModel(random: Random): DrawnModel {
  const kind = random.pick([
    ...(["short", "list", "list"] as const),
    ...(["deep", "hierarchical", "n-gram"] as const),
  ]);
  switch (kind) {
    case "short":
      return shortForm(random);
    case "n-gram":
      return nGram(random);
    default:
      return new ListDrawer(random).draw(kind);
  }
}

/** Mostly small; odd ones leave parts of vectors empty. */
function drawWidth(random: Random): number {
  return random.below(8) > 0 ? 2 + random.below(22) : random.pick([32, 50, 64, 100]);
}

function shortForm(random: Random): DrawnModel {
  const context = random.pick([1, 2, 3, 4, 8]);
  const embedding = 1 + random.below(12);
  const depth = 1 + random.below(5);
  const residual = random.pick(["none", "none", "pre", "post"]);
  const width = drawWidth(random);
  // A block needs two layers of one width.
  const isEven = residual !== "none" || random.below(2) === 0;
  const hidden = Array.from({ length: depth }, () => (isEven ? width : drawWidth(random)));
  const isTied = random.below(6) === 0;
  if (isTied) hidden[depth - 1] = embedding;
  const norm = drawShortNorm(random);
  const bias = random.below(4) > 0;
  const dropout = random.below(4) === 0 ? { dropout: random.pick([0.1, 0.25, 0.5]) } : {};
  return {
    context,
    model: {
      embedding,
      hidden,
      activation: random.pick([...ACTIVATIONS, "none"] as const),
      bias,
      ...norm.map,
      ...(residual === "none" ? {} : { residual }),
      ...dropout,
      ...(isTied ? { tie: true } : {}),
    },
    depth,
    hasBatchNorm: norm.kind === "batch",
    hasBias: bias,
    hasGain: norm.kind !== "none",
    isTied,
  };
}

function drawShortNorm(random: Random): { readonly kind: string; readonly map: YamlMap } {
  const kind = random.pick(["none", "none", ...NORMS] as const);
  if (kind === "none") return { kind, map: {} };
  const form = random.below(3);
  if (form === 0) return { kind, map: { norm: kind } };
  if (form === 1 && kind === "batch") return { kind, map: { batch_norm: random.pick(PLACES) } };
  return {
    kind,
    map: { norm: { kind, where: random.pick(PLACES), ...normSettings(random, kind) } },
  };
}

const PLACES = ["hidden", "all"] as const;

function normSettings(random: Random, kind: (typeof NORMS)[number]): YamlMap {
  const epsilon = random.pick([1e-5, 1e-3, 0.1]);
  if (kind !== "batch") return { epsilon };
  return {
    epsilon,
    momentum: random.pick([0.1, 0.01, 0.5]),
    running: random.pick(["variance", "std"]),
  };
}

/** The bigram, and the n-gram softmax of the first lecture. */
function nGram(random: Random): DrawnModel {
  const context = random.pick([1, 2, 3]);
  const isTied = context === 1 && random.below(3) === 0;
  const bias = random.below(2) === 0;
  const embedding = 2 + random.below(20);
  return {
    context,
    model: { embedding, hidden: [], bias, ...(isTied ? { tie: true } : {}) },
    depth: 0,
    hasBatchNorm: false,
    hasBias: bias,
    hasGain: false,
    isTied,
  };
}

/** Draws a list of layers, and keeps how wide the last one is. */
class ListDrawer {
  readonly #random: Random;
  #depth = 0;
  #hasBatchNorm = false;
  #hasBias = false;
  #hasGain = false;
  #width: number;

  constructor(random: Random) {
    this.#random = random;
    this.#width = 2 + random.below(10);
  }

  draw(kind: "list" | "deep" | "hierarchical"): DrawnModel {
    const random = this.#random;
    const embedding = this.#width;
    const context = kind === "hierarchical" ? random.pick([4, 8]) : random.pick([1, 2, 3, 4, 8]);
    const start = kind === "hierarchical" ? this.#hierarchy(context) : this.#opening(context);
    const count = kind === "deep" ? 3 + random.below(4) : random.below(3);
    const middle = Array.from({ length: count }, () => this.#piece(2)).flat();
    const isTied = kind !== "deep" && random.below(6) === 0;
    const tie = isTied && this.#width !== embedding ? this.#linear(embedding) : [];
    const end = random.below(5) === 0 ? [this.#norm()] : [];
    const output = { linear: "output", ...this.#bias() };
    // A list that does not end with the output layer gets one.
    const last = end.length === 0 && !("bias" in output) && random.below(2) === 0 ? [] : [output];
    return {
      context,
      model: {
        embedding,
        layers: [...start, ...middle, ...tie, ...last, ...end],
        ...(isTied ? { tie: true } : {}),
      },
      depth: this.#depth,
      hasBatchNorm: this.#hasBatchNorm,
      hasBias: this.#hasBias,
      hasGain: this.#hasGain,
      isTied,
    };
  }

  /** What sees the whole context, perhaps with something before its weights. */
  #opening(context: number): Value[] {
    const random = this.#random;
    const before = random.below(5) === 0 ? [this.#between(context * this.#width)] : [];
    const flat = random.below(5) === 0 ? [{ flatten: context }] : [];
    return [...flat, ...before, ...this.#hidden()];
  }

  /** Positions that are put side by side a few at a time, as in the fifth lecture. */
  #hierarchy(context: number): Value[] {
    const random = this.#random;
    const levels = Math.log2(context);
    if (random.below(3) === 0) {
      const width = 2 + random.below(14);
      this.#width = width;
      this.#depth += levels;
      this.#hasBatchNorm = true;
      this.#hasGain = true;
      const layers = [{ flatten: 2 }, { linear: width, bias: false }, { norm: "batch" }, "tanh"];
      return [{ repeat: levels, layers }];
    }
    const factors =
      context === 8 && random.below(2) === 0
        ? random.pick([
            [4, 2],
            [2, 4],
          ])
        : [];
    const all = factors.length > 0 ? factors : Array.from({ length: levels }, () => 2);
    return all.flatMap((flatten, i) => {
      const pieces = i > 0 && random.below(3) === 0 ? this.#piece(1) : [];
      return [...pieces, { flatten }, ...this.#hidden()];
    });
  }

  /** A hidden layer, a residual block, or several of either. */
  #piece(nesting: number): Value[] {
    const random = this.#random;
    const kind = random.below(6);
    if (kind < 2 || nesting === 0) return this.#hidden();
    if (kind < 5) return [this.#residual(nesting)];
    const repeat = 2 + random.below(2);
    const before = this.#depth;
    const width = this.#width;
    const layers = random.below(2) === 0 ? [this.#residual(0)] : this.#hidden(width);
    this.#depth = before + (this.#depth - before) * repeat;
    return [{ repeat, layers }];
  }

  #residual(nesting: number): Value {
    const random = this.#random;
    const width = this.#width;
    const before = random.below(2) === 0 ? [this.#norm()] : [];
    const middle = random.below(3) === 0 ? this.#hidden(2 + random.below(14)) : [];
    const inner = nesting > 1 && random.below(3) === 0 ? [this.#residual(nesting - 1)] : [];
    const last = random.below(2) === 0 ? this.#hidden(width) : this.#linear(width);
    return { residual: [...before, ...middle, ...inner, ...last] };
  }

  #hidden(width: number = drawWidth(this.#random)): Value[] {
    const random = this.#random;
    const after = Array.from({ length: random.below(3) }, () => this.#between(width));
    const activation = this.#activation();
    return [...this.#linear(width), ...(random.below(8) === 0 ? [] : [activation]), ...after].sort(
      (a, b) => (isLinear(a) ? -1 : isLinear(b) ? 1 : random.below(3) - 1),
    );
  }

  #linear(width: number): Value[] {
    this.#depth++;
    this.#width = width;
    return [{ linear: width, ...this.#bias() }];
  }

  #bias(): YamlMap {
    const bias = this.#random.below(3) > 0;
    this.#hasBias ||= bias;
    return bias ? {} : { bias };
  }

  /** A norm or a dropout; one value has no spread that a norm could take. */
  #between(width: number): Value {
    if (this.#random.below(4) > 0 && width > 1) return this.#norm();
    return { dropout: this.#random.pick([0.1, 0.2, 0.5]) };
  }

  #norm(): Value {
    const random = this.#random;
    const kind = random.pick(NORMS);
    this.#hasBatchNorm ||= kind === "batch";
    this.#hasGain = true;
    if (random.below(4) === 0) return `${kind}_norm`;
    return { norm: kind, ...(random.below(2) === 0 ? {} : normSettings(random, kind)) };
  }

  #activation(): Value {
    const activation = this.#random.pick(ACTIVATIONS);
    if (activation !== "leaky_relu" || this.#random.below(2) === 0) return activation;
    return { leaky_relu: this.#random.pick([0.05, 0.2]) };
  }
}

function isLinear(value: Value): boolean {
  return typeof value === "object" && "linear" in value;
}
