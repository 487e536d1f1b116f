import {
  buildDataset,
  compareEngines,
  type Dataset,
  ENGINE_REVISIONS,
  EngineError,
  type LoadedEngine,
  loadEngine,
  SIMD,
  TFJS_BACKENDS,
} from "@ablate/core";
import { revisionsOf } from "@ablate/store";
import { asLine } from "@ablate/text";
import type { Command, Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { BACKEND, KERNELS, PLANNING_OPTIONS, STORE_OPTION } from "../command-line/options.ts";
import { planConfig } from "../plan/planning.ts";
import { otherRevisionNote, storedFamilies } from "../plan/revisions.ts";
import { jsonArray } from "../print/rows.ts";
import {
  differencesTable,
  engineText,
  refuseUnknownWishes,
  wantedBackend,
} from "../training/engines.ts";

/** Enough for an error to show, few enough to wait for. */
const STEPS = 300;

const { set, seeds, only, yes } = PLANNING_OPTIONS;

/** Of our engine, which the others are compared with. */
const REVISION = ENGINE_REVISIONS.simd;

export const command: Command = {
  about:
    "Trains the runs of a config with our engine and with TensorFlow.js, and compares all recorded numbers up to the effect of rounding. Nothing is stored.",
  options: {
    steps: { value: "N", help: `steps of each run (${STEPS}, or those of the run if fewer)` },
    set,
    seeds,
    only,
    yes,
    ...STORE_OPTION,
    json: { help: "print one JSON array: one object per run, engine and series" },
  },
  examples: [
    ["ablate verify my.yaml", "simd compared with tfjs, on every backend that works"],
    ["ablate verify my.yaml --only batch_norm=hidden --steps 1000", "some runs, for longer"],
  ],
  exits: [["1", "a series differs by more than its tolerance"]],
  environment: [BACKEND, KERNELS],
  see: ["docs/engines.md"],
  run: async (invocation) => {
    const { flags, terminal } = invocation;
    refuseUnknownWishes(terminal);
    const { runs, grid, data } = planConfig(invocation);
    const stored = storedFamilies(invocation, runs);
    terminal.warn(
      otherRevisionNote([...stored.values()].flat(), "engines are compared")
        .map(asLine)
        .join(""),
    );
    const engines = await otherEngines(invocation);
    for (const engine of engines) terminal.warn(asLine(`${engine.engine}: ${engineText(engine)}`));
    const datasets = new Map<string, Dataset>();
    let areEqual = true;
    const records: object[] = [];
    for (const { label, spec, family } of runs) {
      const run = `${grid.name}/${label}`; // nothing is stored: it is called as in the config
      const { model, train, shuffleSeed } = spec;
      const key = `${model.context}/${shuffleSeed}`;
      const dataset =
        datasets.get(key) ?? buildDataset(data.lists, { context: model.context, shuffleSeed });
      datasets.set(key, dataset);
      const steps = flags.count("steps", 1) ?? Math.min(STEPS, train.steps);
      const shortened = { ...spec, train: { ...train, steps } };
      const differences = compareEngines(shortened, dataset, engines);
      areEqual &&= differences.flat().every(({ ok }) => ok);
      for (const [i, { engine, backend }] of engines.entries()) {
        const found = differences[i] ?? [];
        const stored_revisions = revisionsOf(stored.get(family) ?? []);
        const about = { run, engine, backend, revision: REVISION, stored_revisions };
        records.push(...found.map((difference) => ({ ...about, ...difference })));
      }
      if (!flags.has("json"))
        terminal.write(`${differencesTable(run, engines, differences, terminal.paint)}\n`);
    }
    if (flags.has("json")) terminal.write(jsonArray(records));
    else {
      const { paint } = terminal;
      const said = areEqual
        ? paint("green", "the engines agree")
        : paint("red", "the engines differ");
      terminal.write(`${said}\n`);
    }
    return areEqual ? 0 : 1;
  },
};

/** Loads `tfjs` on each backend that works, or on the one that is wanted; plain JavaScript only if wanted. */
async function otherEngines({ terminal }: Invocation): Promise<LoadedEngine[]> {
  const wanted = wantedBackend(terminal);
  const engines: LoadedEngine[] = [];
  for (const backend of TFJS_BACKENDS) {
    if (wanted === undefined ? backend === "cpu" : backend !== wanted) continue;
    try {
      engines.push({ ...(await loadEngine("tfjs", backend)), reason: null });
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      terminal.warn(asLine(`left out: ${error.message}`));
    }
  }
  if (engines.length > 0) return engines;
  throw new UsageError(`there is no engine to compare ${SIMD.engine} with`);
}
