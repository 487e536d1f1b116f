/** Takes the seed off the end of a run's name or label: `study/v5` for `study/v5-seed=42`. */
export function withoutSeed(name: string): string {
  return name.replace(/(?:^|[-/])seed=\d+$/, "");
}
