import type { Evaluation } from "@ablate/core";
import { openWriter, type RunEnd } from "../src/index.ts";
import { blockOf, CLAIM, FINISHED, NOW, temporaryPath } from "./make.ts";

export type MadeRun = {
  readonly label: string;
  readonly config: unknown;
  readonly seed: number;
  /** Its validation loss; null where the run has none, undefined where it never started. */
  readonly valid: number | null | undefined;
  readonly data?: string;
  readonly state?: RunEnd["state"];
};

/** A store with these grids of finished, diverged and pending runs. */
export function storeOf(
  grids: Readonly<Record<string, readonly MadeRun[]>>,
  path: string = temporaryPath(),
): string {
  const writer = openWriter(path, { clock: () => NOW });
  for (const [grid, runs] of Object.entries(grids)) {
    const stored = writer.planGrid({
      name: grid,
      description: "",
      spec: "",
      runs: runs.map(({ label, config, seed, data = "" }) => ({
        hash: `${JSON.stringify(config)}-${seed}-${data}`,
        name: `${grid}/${label}`,
        label,
        config: JSON.stringify(config),
        seed,
        engine: "simd",
        steps: 10,
      })),
    });
    for (const [i, { valid, data = "same", state }] of runs.entries()) {
      const id = stored[i]?.id;
      if (valid === undefined || id === undefined || stored[i]?.state !== "pending") continue;
      writer.claimRun(id, CLAIM, { data_sha256: data }, []);
      writer.appendSteps(id, CLAIM.token, blockOf(0, Array(10).fill(valid ?? Number.NaN)));
      const evaluations: Evaluation[] = [
        { split: "valid", statistics: "none", loss: valid ?? Number.NaN },
      ];
      const snapshot = { step: 10, evaluations, samples: [], weights: new Uint8Array() };
      const ended = state ?? (valid === null ? "diverged" : "finished");
      writer.endRun(id, CLAIM.token, { ...FINISHED, state: ended, snapshot });
    }
  }
  writer.close();
  return path;
}

/** A config of two free factors, one value that is a map, and what is the same for all. */
export function configOf({
  lr = 0.1,
  gain = 1,
  norm = "none",
  seed = 1,
}: {
  readonly lr?: number;
  readonly gain?: number;
  readonly norm?: unknown;
  readonly seed?: number;
}): object {
  return {
    data: { file: "names.txt", context: 3 },
    model: { hidden: [20], batch_norm: norm },
    init: { hidden: { weight: { scheme: "kaiming", gain } } },
    train: { steps: 10, lr: { 0: lr } },
    record: { samples: seed },
    seed,
  };
}
