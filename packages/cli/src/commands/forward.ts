import {
  type Dataset,
  ENGINES,
  type Examples,
  loadEngine,
  pickExamples,
  STAGES,
  TrainedNetwork,
  Trainer,
} from "@ablate/core";
import { storedDataset, storedSpec, weightsDamage } from "@ablate/runner";
import { readingRun } from "@ablate/store";
import { asLine, counted, visibleSpaces } from "@ablate/text";
import type { Command, Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import type { Flags } from "../command-line/flags.ts";
import { BACKEND, KERNELS, READING_OPTIONS } from "../command-line/options.ts";
import { layerRows, logitRows } from "../forward/rows.ts";
import { otherRevisionNote } from "../plan/revisions.ts";
import { forwardPage } from "../print/forward-page.ts";
import { jsonArray } from "../print/rows.ts";
import { withReader } from "../store/open.ts";
import { refuseRecorded } from "../store/recorded.ts";
import { findRun } from "../store/resolve.ts";
import { refuseUnknownWishes, wantedBackend } from "../training/engines.ts";

const ALL = "all";

/** Keys of `--json` that not every row has a value of. */
const NO_VALUES = {
  ...{ context: null, character: null, logit: null, probability: null },
  ...{ layer: null, stage: null, position: null, values: null },
  ...{ examples: null, unit: null, mean: null, std: null },
};

export const command: Command = {
  about:
    "Sends contexts through the network of a run, after its last step or at initialisation, and prints the probabilities of the next character, or with --layer the output of a layer. Without CONTEXT it takes the first training examples. A context that is too short is padded with end marks at its beginning. With --layer, batch norm normalises over the examples that are sent, as in training; logits use the running statistics.",
  options: {
    ...READING_OPTIONS,
    examples: { value: "N", help: `the first N training examples, or ${ALL} (1)` },
    layer: { value: "LAYER", help: "values of a layer instead of logits: hidden1, output" },
    stage: {
      value: "NAME",
      choices: STAGES,
      help: `which of its values: ${STAGES.join(", ")} (activation)`,
    },
    units: { help: "mean and std of each unit of the layer over the examples" },
    init: { help: "at initialisation instead of after the last step" },
  },
  examples: [
    ["ablate forward quickstart/v2 .em", "27 logits and probabilities for one context"],
    ["ablate forward quickstart/v2 --init", "the first training example, before training"],
    [
      "ablate forward quickstart/v2 --layer hidden1 --examples 32",
      "the activations of 32 examples, 200 units each",
    ],
    [
      "ablate forward quickstart/v2 --layer hidden1 --stage linear --units --examples all",
      "mean and std of the input of each tanh, over the training split",
    ],
  ],
  environment: [BACKEND, KERNELS],
  see: ["docs/json.md", "ablate sample", "ablate diagnose"],
  run: async (invocation) => {
    const { flags, terminal } = invocation;
    refuseUnknownWishes(terminal);
    const { run, spec, network, dataset, step } = await openNetwork(invocation);
    terminal.warn(otherRevisionNote([run], "the network is run").map(asLine).join(""));
    try {
      const examples = chosenExamples(flags, network, { dataset, context: spec.model.context });
      const of = chosenLayer(flags);
      const rows = of === null ? logitRows(network, examples) : layerRows(network, examples, of);
      const about = { run: run.name, step };
      terminal.write(
        flags.has("json")
          ? jsonArray(rows.map((row) => ({ ...about, ...NO_VALUES, ...row })))
          : forwardPage(rows, terminal.columns(), terminal.paint),
      );
    } finally {
      network.dispose();
    }
    return 0;
  },
};

/** Opens the network of the run that is meant; its data are read where they are needed. */
async function openNetwork(invocation: Invocation) {
  const { flags, terminal } = invocation;
  const { run, stored, hash } = withReader(invocation, (reader) => {
    const run = findRun(reader, flags.positionals[0] ?? "");
    refuseRecorded(run, "a log has no network to put contexts through");
    const { data_sha256: data } = reader.provenance(run.name);
    const stored = reader.weights(run.name, weightsDamage);
    return { run, stored, hash: typeof data === "string" ? data : null };
  });
  const spec = readingRun(run.name, () => storedSpec(run.config));
  const isInit = flags.has("init");
  const dataset =
    isInit || flags.rest.length === 0 ? storedDataset({ config: run.config, hash }) : null;
  const name = ENGINES.find((one) => one === run.engine) ?? "simd";
  const engine = await loadEngine(name, wantedBackend(terminal));
  const weights = isInit && dataset ? initialWeights(new Trainer(spec, dataset, { engine })) : null;
  if (weights === null && stored === undefined) {
    throw new UsageError(`${run.name} has no weights: it is ${run.state}`);
  }
  const bytes = weights ?? stored?.bytes ?? new Uint8Array();
  const network = new TrainedNetwork({ engine, spec, weights: bytes });
  return { run, spec, network, dataset, step: weights === null ? (stored?.step ?? 0) : 0 };
}

function initialWeights(trainer: Trainer): Uint8Array {
  const weights = trainer.weights();
  trainer.dispose();
  return weights;
}

/** The layer whose values are wanted; null: logits are. */
function chosenLayer(flags: Flags) {
  const layer = flags.text("layer");
  const isByUnit = flags.has("units");
  const stage = flags.choice("stage", STAGES);
  if (layer !== undefined) return { layer, stage: stage ?? "activation", isByUnit };
  if (stage === undefined && !isByUnit) return null;
  throw new UsageError("--stage and --units are of a layer: name it with --layer");
}

type Place = { readonly dataset: Dataset | null; readonly context: number };

function chosenExamples(
  flags: Flags,
  { vocabulary }: TrainedNetwork,
  { dataset, context }: Place,
): Examples {
  if (flags.rest.length > 0) {
    if (flags.has("examples")) throw new UsageError("give CONTEXTs or --examples, not both");
    const contexts = flags.rest.flatMap((text) => tokensOf(text, vocabulary, context));
    const count = flags.rest.length;
    return { count, contexts: Uint16Array.from(contexts), targets: new Uint16Array(count) };
  }
  const train = dataset?.train ?? {
    count: 0,
    contexts: new Uint16Array(),
    targets: new Uint16Array(),
  };
  const isAll = flags.text("examples") === ALL;
  const count = isAll ? train.count : Math.min(flags.count("examples", 1) ?? 1, train.count);
  return pickExamples(
    train,
    Int32Array.from({ length: count }, (_, i) => i),
  );
}

/** Reads a context; end marks come before a shorter one. */
function tokensOf(text: string, vocabulary: readonly string[], context: number): number[] {
  const characters = [...text];
  if (characters.length > context) {
    throw new UsageError(`CONTEXT has ${counted(context, "character")}, "${text}" has more`);
  }
  const tokens = characters.map((character) => {
    const token = vocabulary.indexOf(character);
    if (token >= 0) return token;
    throw new UsageError(
      `the vocabulary has no "${character}", of "${text}"; it knows ${vocabulary.map(visibleSpaces).join("")}`,
    );
  });
  return [...new Array<number>(context - tokens.length).fill(0), ...tokens];
}
