import type { StoredTensorKind } from "@ablate/store";
import type { Sheet } from "../view.ts";
import type { Side } from "./shown-probe.ts";

/** The numbers of every layer that is shown: a row for each kind. */
export function layersSheet(sides: readonly Side[], kinds: readonly StoredTensorKind[]): Sheet {
  return {
    columns: [
      ...["run", "step", "layer", "kind", "mean", "std", "min", "max"],
      ...["saturated", "dead", "dead_units"],
    ],
    rows: sides.flatMap(({ run, probe }) =>
      (probe?.layers ?? []).flatMap(({ name, tensors, saturation }) =>
        kinds.flatMap((kind) => {
          const tensor = tensors[kind];
          if (tensor === undefined) return [];
          const { mean, std, min, max } = tensor;
          return [
            [
              ...[run.run, probe?.step ?? null, name, kind, mean, std, min, max],
              ...[saturation?.share ?? null, saturation?.dead.length ?? null],
              saturation?.dead.join(" ") ?? null,
            ],
          ];
        }),
      ),
    ),
  };
}
