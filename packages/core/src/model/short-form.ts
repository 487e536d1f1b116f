import type {
  Activation,
  BatchNormSpec,
  LayerSpec,
  ModelSpec,
  NormSpec,
  RowNormSpec,
} from "../spec.ts";

/** After the hidden layers only, or after the output layer too. */
type Placed<Spec> = Omit<Spec, "kind"> & { readonly where: "hidden" | "all" };

export type PlacedBatchNorm = Omit<Placed<BatchNormSpec>, "norm">;
export type PlacedRowNorm = Placed<RowNormSpec>;

/** A network by its widths: hidden layers of one kind, then the output layer. */
export type ShortForm = Pick<ModelSpec, "context" | "embedding"> & {
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly bias: boolean;
  readonly batchNorm?: PlacedBatchNorm | "none" | undefined;
  /** Instead of batch norm. */
  readonly norm?: PlacedRowNorm | "none" | undefined;
  /**
   * A hidden layer that is as wide as what enters it adds to it: `pre`: x + activation(linear(norm(x))); `post`:
   * norm(x + activation(linear(x))).
   */
  readonly residual?: "none" | "pre" | "post" | undefined;
  /** Of what leaves the nonlinearity of a hidden layer. */
  readonly dropout?: number | undefined;
  readonly tie?: boolean | undefined;
};

/** Writes a short form out as a list of layers. */
export function modelOf({ context, embedding, tie = false, ...short }: ShortForm): ModelSpec {
  const { hidden, bias } = short;
  const norm = placedNorm(short);
  const layers = hidden.flatMap((width, i) => {
    const fanIn = i === 0 ? context * embedding : hidden[i - 1];
    return hiddenLayer(short, norm?.spec, width, width === fanIn);
  });
  const output: LayerSpec = { kind: "linear", width: "output", bias };
  const last = norm?.where === "all" ? [norm.spec] : [];
  return { context, embedding, layers: [...layers, output, ...last], tie };
}

function placedNorm({ batchNorm = "none", norm = "none" }: Pick<ShortForm, "batchNorm" | "norm">) {
  if (norm !== "none") {
    const { where, ...settings } = norm;
    return { where, spec: { kind: "norm", ...settings } satisfies NormSpec };
  }
  if (batchNorm === "none") return undefined;
  const { where, ...settings } = batchNorm;
  return { where, spec: { kind: "norm", norm: "batch", ...settings } satisfies NormSpec };
}

type Hidden = Pick<ShortForm, "activation" | "bias" | "residual" | "dropout">;

function hiddenLayer(
  { activation, bias, residual = "none", dropout = 0 }: Hidden,
  norm: NormSpec | undefined,
  width: number,
  isSquare: boolean,
): LayerSpec[] {
  const linear: LayerSpec = { kind: "linear", width, bias };
  const norms: LayerSpec[] = norm === undefined ? [] : [norm];
  const after: LayerSpec[] = [
    ...(activation === "none" ? [] : [{ kind: "activation", activation } as const]),
    ...(dropout === 0 ? [] : [{ kind: "dropout", rate: dropout } as const]),
  ];
  if (residual === "none" || !isSquare) return [linear, ...norms, ...after];
  if (residual === "pre") return [{ kind: "residual", layers: [...norms, linear, ...after] }];
  return [{ kind: "residual", layers: [linear, ...after] }, ...norms];
}
