import { defineConfig, type ViteUserConfig } from "vitest/config";
import type { Reporter } from "vitest/node";

/** Names what was skipped, and ends with `tests: N passed, N failed, N skipped`, which CI systems can read. */
const closingLine: Reporter = {
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
    process.stdout.write(
      `tests: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`,
    );
  },
};

const config: ViteUserConfig = defineConfig({
  ssr: { resolve: { conditions: ["@ablate/source"] } },
  test: {
    globalSetup: "vitest.temporary-folder.ts",
    include: ["packages/*/test/**/*.test.ts", "bench/test/**/*.test.ts"],
    reporters: ["default", closingLine],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});

export default config;
