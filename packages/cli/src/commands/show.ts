import { type RunSummary, runRow } from "@ablate/store";
import { drawRunCharts } from "@ablate/tui";
import type { Command, Invocation } from "../command-line/command.ts";
import { READING_OPTIONS } from "../command-line/options.ts";
import { jsonArray } from "../print/rows.ts";
import { runPage } from "../print/run-page.ts";
import { storePath, withReader } from "../store/open.ts";
import { findRun } from "../store/resolve.ts";
import { display } from "./ui.ts";

export const command: Command = {
  about: [
    "Prints one run in full: settings, charts, losses of every split, update:data ratios with a verdict, findings, samples, and where it was trained. RUN is a name, a label, a hash, or the beginning of one.",
  ],
  options: READING_OPTIONS,
  examples: [
    ["ablate show quickstart/v7", "state, settings, losses, update ratios, samples, provenance"],
    ["ablate show v7 --json", "the same for scripts; a label will do where only one run has it"],
  ],
  see: ["docs/json.md", "docs/diagnostics.md", "ablate diagnose"],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const facts = withReader(invocation, (reader) => {
      const run = findRun(reader, flags.positionals[0] ?? "");
      return {
        run,
        note: reader.annotations().runs.get(run.name)?.note ?? null,
        evaluations: reader.evaluations(run.name),
        parameters: reader.parameters(run.name),
        ratios: reader.ratiosAt(run.name),
        initialLoss: reader.lossAt(run.name, 0)?.loss ?? null,
        samples: reader.samples(run.name),
        provenance: reader.provenance(run.name),
      };
    });
    if (!flags.has("json")) {
      terminal.write(runPage({ ...facts, charts: chartsOf(invocation, facts.run) }));
      return 0;
    }
    const { run, note, evaluations, parameters, ratios, samples, provenance } = facts;
    terminal.write(
      jsonArray([
        {
          ...runRow(run),
          note,
          evals: evaluations,
          params: parameters.map(({ layerKind, ...rest }) => ({ ...rest, layer_kind: layerKind })),
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

const NARROWEST = 40;
const WIDEST = 120;

function chartsOf(invocation: Invocation, { name: run, lastStep }: RunSummary): string {
  if (lastStep === null) return "";
  const { columns } = process.stdout;
  return drawRunCharts({
    store: storePath(invocation),
    run,
    columns: Math.min(WIDEST, Math.max(NARROWEST, columns ?? 100)),
    ...display(invocation),
  });
}
