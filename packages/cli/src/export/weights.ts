/** Writes weights of runs as files for other programs: safetensors, or what PyTorch's `load_state_dict` takes. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  decodeSafetensors,
  encodeSafetensors,
  keepsDeviation,
  type Saved,
  torchFile,
  torchNetwork,
  trainedWeights,
} from "@ablate/core";
import type { RunSummary, StoreReader, WhichWeights } from "@ablate/store";
import { counted } from "@ablate/text";
import { UsageError } from "../command-line/errors.ts";
import { unlessAborted } from "../command-line/interrupt.ts";
import type { Target } from "../store/resolve.ts";
import type { WeightsRequest } from "./weights-request.ts";
import { writeWhole, writeWholeFolder } from "./whole-files.ts";

/** Writes weights of a run as a file, of a grid as a folder with a file for each run that has weights. */
export async function exportWeights(
  reader: StoreReader,
  { name, grid, runs }: Target,
  { request, signal }: { readonly request: WeightsRequest; readonly signal: AbortSignal },
): Promise<string> {
  const { target, which } = request;
  const trained = runs.filter((run) => reader.weights(run.name, () => null, which) !== undefined);
  const [only] = trained;
  if (only === undefined) throw new UsageError(whyNoWeights(name, runs, { grid, which }));
  const bytesOf = await writerOf(reader, request);
  if (grid === null) {
    await writeWhole(target, (path) => writeFileSync(path, bytesOf(only)));
  } else {
    const names = fileNames(trained, request.format === "pytorch" ? "pt" : "safetensors");
    await writeWholeFolder(target, names, async (folder) => {
      for (const [i, run] of trained.entries()) {
        await unlessAborted(signal);
        writeFileSync(join(folder, names[i] ?? run.name), bytesOf(run));
      }
    });
  }
  const without = runs.length - trained.length;
  const rest = without === 0 ? "" : `; ${counted(without, "run")} without ${wordOf(which)}`;
  return `wrote the ${wordOf(which)} of ${counted(trained.length, "run")} to ${target.file}${rest}`;
}

function wordOf(which: WhichWeights): string {
  return which === "best" ? "best weights" : "weights";
}

/** Says why a run, or a grid, has no weights. */
export function whyNoWeights(
  name: string,
  runs: readonly RunSummary[],
  { grid = null, which }: { readonly grid?: string | null; readonly which: WhichWeights },
): string {
  const [log] = runs;
  if (log !== undefined && log.source !== null && runs.every(({ source }) => source !== null)) {
    return `${name} is recorded from ${grid === null ? "a log" : "logs"} (${log.source}): it has no weights`;
  }
  if (which === "best") return `${name} has no best weights: record.best keeps them`;
  const why = grid === null ? `it is ${runs[0]?.state}` : "none of its runs has finished";
  return `${name} has no weights: ${why}`;
}

/** Names runs by the labels that they have in the grid, where no two have the same. */
function fileNames(runs: readonly RunSummary[], ending: string): readonly string[] {
  const labels = runs.map(({ name, label }) => label ?? name);
  const names = new Set(labels).size === labels.length ? labels : runs.map(({ name }) => name);
  return names.map((name) => `${name.replaceAll("/", "-")}.${ending}`);
}

/** Makes what turns the weights of a run into the bytes of a file. */
async function writerOf(
  reader: StoreReader,
  { format, which, hasOptimizer }: WeightsRequest,
): Promise<(run: RunSummary) => Uint8Array> {
  const { decodeRunState, storedSpec, weightsDamage } = await import("@ablate/runner");
  return (run) => {
    const stored = reader.checkpoint(run.name, weightsDamage, which);
    if (stored === undefined) throw new UsageError(`${run.name} has no weights any more`);
    const { step, bytes, state } = stored;
    if (hasOptimizer && state === null) {
      throw new UsageError(`${run.name} has no state of its optimiser at step ${step}`);
    }
    const kept = state === null || !hasOptimizer ? [] : decodeRunState(state).optimizer;
    const facts = { run: run.name, hash: run.hash, seed: `${run.seed}`, step: `${step}` };
    const { tensors, metadata } = decodeSafetensors(bytes);
    if (format === "safetensors") {
      const all = { ...metadata, ...facts, config: run.config };
      return encodeSafetensors({ tensors: [...tensors, ...kept], metadata: all });
    }
    const { model, train } = storedSpec(run.config);
    const weights = trainedWeights(bytes, model);
    const network = torchNetwork(model, { ...weights, step, train, kept });
    const named = network.state.map((tensor) => [tensor.name, tensor] as const);
    const saved: Saved = {
      ...{ layers: network.layers, tied: network.tied, state_dict: Object.fromEntries(named) },
      ...(hasOptimizer ? { optimizer: byPlace(network.optimizer) } : {}),
      ...{ vocabulary: weights.vocabulary, context: model.context, ...facts, config: run.config },
    };
    return torchFile(saved);
  };
}

/** Names what the optimiser keeps of each parameter as the `state` of its `state_dict`. */
function byPlace(optimizer: ReturnType<typeof torchNetwork>["optimizer"]): Saved {
  const entries = optimizer.map((states, place): [number, Saved] => [
    place,
    Object.fromEntries(states.map((state) => [state.name, state])),
  ]);
  return new Map(entries.filter((_, place) => (optimizer[place]?.length ?? 0) > 0));
}

/** Whether a config's norms keep what PyTorch's do not. */
export async function needsDeviationNote(runs: readonly RunSummary[]): Promise<boolean> {
  const { storedSpec } = await import("@ablate/runner");
  const ours = runs.filter(({ source }) => source === null);
  return ours.some(({ config }) => keepsDeviation(storedSpec(config).model));
}
