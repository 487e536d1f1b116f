import type { GridConfig, SampledRuns } from "@ablate/runner";
import { count, counted } from "@ablate/text";

/** Says how many runs of the grid are in the sample, where the config or the command line asks for one. */
export function sampleNotes(
  { sample }: GridConfig,
  { of, chosen }: SampledRuns,
): readonly string[] {
  if (sample.runs === "all") return [];
  if (sample.runs > of.runs) {
    return [
      `a sample of ${count(sample.runs)} runs is all of the grid, which has ${count(of.runs)}`,
    ];
  }
  const settings = `${count(chosen.settings)} of ${counted(of.settings, "setting")}`;
  return [
    `a sample of ${count(chosen.runs)} of ${counted(of.runs, "run")}: ${settings} with all seeds`,
  ];
}
