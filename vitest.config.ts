import { availableParallelism } from "node:os";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { summary } from "./testing/summary.ts";

const config: ViteUserConfig = defineConfig({
  test: {
    globalSetup: "testing/setup.ts",
    setupFiles: "testing/cost.ts",
    server: { deps: { external: [/\/dist\//] } },
    include: ["packages/*/test/**/*.test.ts", "bench/test/**/*.test.ts", "lint/test/*.test.ts"],
    reporters: ["default", summary],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 60_000,
    maxWorkers: 2 * availableParallelism(), // many tests mostly wait
  },
});

export default config;
