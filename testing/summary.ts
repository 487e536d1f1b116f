import type { Reporter, TestModule } from "vitest/node";

/** Names what was skipped, says what each package took, and ends with `tests: N passed, N failed, N skipped`. */
export const summary: Reporter = {
  onTestRunEnd(modules) {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        counts[state] += 1;
        if (state === "skipped") process.stdout.write(`skipped: ${test.name}\n`);
      }
      if (module.errors().length > 0) counts.failed += 1;
    }
    process.stdout.write(`${costs(modules)}\n`);
    process.stdout.write(
      `tests: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`,
    );
  },
};

/** A line for each package: how long its files took, one after the other, and what processor time they used. */
function costs(modules: readonly TestModule[]): string {
  const packages = Map.groupBy(modules, (module) =>
    module.relativeModuleId.replace(/^packages\//, "").replace(/\/.*/, ""),
  );
  const lines = [...packages].map(([name, files]) => line(name, files));
  return [line("all files", modules), ...lines.sort()].join("\n");
}

function line(name: string, files: readonly TestModule[]): string {
  const seconds = (of: (file: TestModule) => number): string =>
    `${Math.round(files.reduce((sum, file) => sum + of(file), 0))} s`;
  const processor = seconds((file) => file.meta().cpuSeconds ?? 0);
  const whole = seconds((file) => file.diagnostic().duration / 1000);
  return `time: ${name.padEnd(12)}${whole.padStart(8)}, of processors ${processor.padStart(7)}`;
}
