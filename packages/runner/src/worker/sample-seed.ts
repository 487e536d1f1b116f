/** Seed of the generator that samples names from a run: its own, so that training draws nothing less. */
export function sampleSeed(runSeed: number): number {
  return runSeed + 10;
}
