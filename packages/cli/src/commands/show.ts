import { runRow } from "@ablate/store";
import { drawRunCharts } from "@ablate/tui";
import { asCalled } from "../command-line/called.ts";
import type { Command, Invocation } from "../command-line/command.ts";
import { READING_OPTIONS } from "../command-line/options.ts";
import { jsonArray } from "../print/rows.ts";
import { runPage } from "../print/run-page.ts";
import { storePath, withReader } from "../store/open.ts";
import { findWholeRun } from "../store/resolve.ts";
import { factsOf, type RunFacts } from "../store/run-facts.ts";
import { pageDisplay } from "./ui.ts";

export const command: Command = {
  about:
    "Prints one run in full: settings, charts, losses of every split, update:data ratios with a verdict, findings, samples, and where it was trained. RUN is a name, a label, a hash, or the beginning of one.",
  options: READING_OPTIONS,
  examples: [
    ["ablate show quickstart/v7", "state, settings, losses, update ratios, samples, provenance"],
    ["ablate show v7 --json", "the same for scripts; a label is enough if only one run has it"],
  ],
  see: ["docs/json.md", "docs/diagnostics.md", "ablate diagnose"],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const [word = ""] = flags.positionals;
    const facts = withReader(invocation, (reader) =>
      factsOf(findWholeRun(reader, word, { endsOnly: true }), reader),
    );
    if (flags.has("json")) {
      terminal.write(jsonArray([record(facts)]));
      return 0;
    }
    const page = runPage(facts, chartsOf(invocation, facts), {
      paint: terminal.paint,
      width: terminal.outputColumns(),
    });
    terminal.write(asCalled(page, terminal.environment));
    return 0;
  },
};

function record({ run, note, evaluations, parameters, ratios, ...facts }: RunFacts): object {
  const { metrics, best, samples, provenance } = facts;
  return {
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
    metric_summary: metrics,
    best_weights_step: best?.step ?? null,
    samples,
    provenance,
    log_files: run.source === null ? null : facts.logFiles,
    console: run.source === null ? null : facts.console.map(({ text }) => text),
  };
}

const NARROWEST = 40;
const WIDEST = 120;

/** Draws loss and update:data ratios; empty before there are steps. */
function chartsOf(invocation: Invocation, { run: { name: run, lastStep } }: RunFacts): string {
  if (lastStep === null) return "";
  const columns = invocation.terminal.outputColumns();
  return drawRunCharts({
    store: storePath(invocation),
    run,
    columns: Math.min(WIDEST, Math.max(NARROWEST, columns ?? 100)),
    ...pageDisplay(invocation),
  });
}
