import { type Finding, THRESHOLDS, type ThresholdChanges } from "@ablate/core";
import { diagnoseRecorded } from "@ablate/runner";
import type { RunSummary, StoreReader } from "@ablate/store";
import { didYouMean, readNumber } from "@ablate/text";
import { glyphsFor } from "@ablate/tui";
import type { Command, Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { READING_OPTIONS } from "../command-line/options.ts";
import { depthProfile } from "../print/depth-profile.ts";
import { findingsOfGrid, findingsOfRun } from "../print/findings.ts";
import { jsonArray } from "../print/rows.ts";
import { withReader } from "../store/open.ts";
import { findTarget } from "../store/resolve.ts";

export type Diagnosed = { readonly run: RunSummary; readonly findings: readonly Finding[] };

export const command: Command = {
  about: [
    "Says what is wrong with runs, with the evidence: saturated or dead units, layers that learn too fast or too slowly, a loss that starts too high, and since which step. Of one run it also prints the depth profile: spread, saturation and gradients layer by layer, at init and at the end. Of a grid it is one verdict a run.",
  ],
  options: {
    ...READING_OPTIONS,
    set: {
      type: "string",
      multiple: true,
      value: "thresholds.NAME=VALUE",
      help: "judge by another threshold than the run was trained with (docs/diagnostics.md)",
    },
  },
  examples: [
    ["ablate diagnose quickstart/v1", "its findings with evidence, and its depth profile"],
    ["ablate diagnose quickstart", "a verdict for every run of the grid, the worst first"],
    ["ablate diagnose v1 --set thresholds.saturated=0.8", "by another threshold"],
    [
      "ablate diagnose quickstart --json",
      "all findings, for scripts; exit code 1: some are errors",
    ],
  ],
  exits: [["1", "there is a finding of level error"]],
  see: ["docs/diagnostics.md", "docs/tutorial.md", "ablate show"],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const name = flags.positionals[0] ?? "";
    const changes: ThresholdChanges = Object.fromEntries(flags.list("set").map(readChange));
    const { isGrid, all, text } = withReader(invocation, (reader) => {
      const { grid, runs } = findTarget(reader, name);
      const isGrid = grid !== null;
      const all = runs.map((run) => ({ run, findings: diagnoseRecorded(reader, run, changes) }));
      return { isGrid, all, text: isGrid ? "" : pageOf(invocation, reader, all) };
    });
    if (flags.has("json")) terminal.write(jsonArray(all.flatMap(rowsOf)));
    else terminal.write(isGrid ? findingsOfGrid(name, all, terminal.outputColumns()) : text);
    return all.some(({ findings }) => findings.some(({ level }) => level === "error")) ? 1 : 0;
  },
};

function pageOf(
  { terminal }: Invocation,
  reader: StoreReader,
  [diagnosed]: readonly Diagnosed[],
): string {
  if (diagnosed === undefined) return "";
  const width = terminal.outputColumns();
  const isAscii = glyphsFor(terminal.environment) === "ascii";
  const { name: run } = diagnosed.run;
  const steps = reader.probeSteps(run);
  const shown = steps.length > 1 ? [steps[0], steps.at(-1)] : steps;
  const profiles = shown.flatMap((step) => {
    const probe = step === undefined ? undefined : reader.probe(run, step);
    return probe === undefined ? [] : [depthProfile(probe, { isAscii, width })];
  });
  return [findingsOfRun(diagnosed, width), ...profiles].join("\n");
}

/** Rows of the view `findings`. */
function rowsOf({ run: { name: run }, findings }: Diagnosed): object[] {
  return findings.map(({ level, rule, layer, param, step, value, message, until }) => ({
    ...{ run, level, rule, layer, param, step, value, message, until },
  }));
}

const PREFIX = "thresholds.";

/** Reads one `thresholds.NAME=VALUE` of `--set`. */
function readChange(text: string): readonly [string, number] {
  const [key = "", written = ""] = text.split(/=(.*)/s).map((part) => part.trim());
  const name = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key;
  if (!Object.hasOwn(THRESHOLDS, name)) {
    const names = Object.keys(THRESHOLDS);
    const hint = didYouMean(name, names) ?? `there are ${names.join(", ")}`;
    throw new UsageError(`--set: there is no threshold "${name}"; ${hint}`);
  }
  const value = readNumber(written);
  if (value === null || value <= 0) {
    throw new UsageError(`--set ${key} takes a number above 0, not "${written}"`);
  }
  return [name, value];
}
