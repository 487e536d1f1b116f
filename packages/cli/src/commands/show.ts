import type { Command } from "../command.ts";
import { READING_OPTIONS } from "../options.ts";
import { jsonArray } from "../print/rows.ts";
import { runPage } from "../print/run-page.ts";
import { findRun, withReader } from "../store.ts";

export const command: Command = {
  positionals: ["RUN"],
  options: READING_OPTIONS,
  examples: [
    ["ablate show quickstart/v7", "state, settings, losses, update ratios, samples, provenance"],
    ["ablate show v7 --json", "the same for scripts; a label will do where only one run has it"],
  ],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const facts = withReader(invocation, (reader) => {
      const run = findRun(reader, flags.positionals[0] ?? "");
      const level = Math.max(16, ...LEVELS.filter((steps) => steps * CURVE_POINTS <= run.steps));
      return {
        run,
        note: reader.annotations().runs.get(run.run)?.note ?? null,
        evaluations: reader.evaluations(run.run),
        parameters: reader.parameters(run.run),
        ratios: reader.ratiosAt(run.run),
        initialLoss: reader.lossAt(run.run, 0)?.loss ?? null,
        curve: reader.curve(run.run, "loss", level),
        samples: reader.samples(run.run),
        provenance: reader.provenance(run.run),
      };
    });
    if (!flags.has("json")) {
      terminal.write(runPage(facts));
      return 0;
    }
    const { run, note, evaluations, parameters, ratios, samples, provenance } = facts;
    terminal.write(
      jsonArray([
        {
          ...run,
          note,
          evals: evaluations,
          params: parameters,
          update_ratio: (ratios?.ratios ?? []).map(({ param, ratio, log10Ratio }) => ({
            step: ratios?.step,
            param,
            ratio,
            log10_ratio: log10Ratio,
          })),
          samples,
          provenance,
        },
      ]),
    );
    return 0;
  },
};

/** Steps that a bucket of the curve holds. */
const LEVELS = [16, 256, 4096, 65536];
/** Buckets that a curve should have at least, to fill a line. */
const CURVE_POINTS = 60;
