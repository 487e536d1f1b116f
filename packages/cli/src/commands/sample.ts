import { ENGINES, loadEngine, sampleFromWeights } from "@ablate/core";
import { sampleSeed, storedSpec, weightsDamage } from "@ablate/runner";
import { readingRun } from "@ablate/store";
import { asLine, visible, visibleEnds } from "@ablate/text";
import type { Command } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { BACKEND, KERNELS, READING_OPTIONS } from "../command-line/options.ts";
import { whyNoWeights } from "../export/weights.ts";
import { otherRevisionNote } from "../plan/revisions.ts";
import { jsonArray } from "../print/rows.ts";
import { withReader } from "../store/open.ts";
import { refuseRecorded } from "../store/recorded.ts";
import { findRun } from "../store/resolve.ts";
import { refuseUnknownWishes, wantedBackend } from "../training/engines.ts";

export const command: Command = {
  about:
    "Draws names from the final weights of a run, or from the best weights; the same seed draws the same names. It does not need the data file.",
  options: {
    ...READING_OPTIONS,
    best: { help: "use the weights with the lowest validation loss, if record.best kept them" },
    count: { value: "N", help: "number of names (20)" },
    multinomial: {
      help: "draw each character as torch.multinomial(p, 1) does: other names for the same seed",
    },
    seed: { value: "S", help: "seed of the draws (default: the recorded names')" },
  },
  examples: [
    ["ablate sample quickstart/v7", "20 names"],
    ["ablate sample quickstart/v7 --count 5 --seed 7", "5 other names"],
    [
      "ablate sample quickstart/v7 --multinomial --seed 2147483647",
      "the names that PyTorch draws from these weights with this seed",
    ],
  ],
  environment: [BACKEND, KERNELS],
  see: ["docs/json.md", "ablate export"],
  run: async (invocation) => {
    const { flags, terminal } = invocation;
    refuseUnknownWishes(terminal);
    const which = flags.has("best") ? "best" : "last";
    const { run, weights } = withReader(invocation, (reader) => {
      const found = findRun(reader, flags.positionals[0] ?? "");
      refuseRecorded(found, "a log has no weights to draw names from");
      return { run: found, weights: reader.weights(found.name, weightsDamage, which) };
    });
    if (weights === undefined) throw new UsageError(whyNoWeights(run.name, [run], { which }));
    terminal.warn(otherRevisionNote([run], "names are drawn").map(asLine).join(""));
    const seed = flags.seed("seed") ?? sampleSeed(run.seed ?? 0);
    const name = ENGINES.find((one) => one === run.engine) ?? "simd";
    const names = sampleFromWeights({
      engine: await loadEngine(name, wantedBackend(terminal)),
      spec: readingRun(run.name, () => storedSpec(run.config)),
      weights: weights.bytes,
      count: flags.count("count", 1) ?? 20,
      ...{ seed, by: flags.has("multinomial") ? "multinomial" : "cumulated" },
    });
    const rows = names.map((text, i) => ({ run: run.name, step: weights.step, seed, i, text }));
    const lines = names.map((name) => visibleEnds(visible(name)));
    terminal.write(flags.has("json") ? jsonArray(rows) : `${lines.join("\n")}\n`);
    return 0;
  },
};
