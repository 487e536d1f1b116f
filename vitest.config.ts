import { availableParallelism } from "node:os";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { summary } from "./testing/summary.ts";

const config: ViteUserConfig = defineConfig({
  test: {
    globalSetup: "testing/setup.ts",
    setupFiles: "testing/cost.ts",
    server: { deps: { external: [/\/dist\//] } },
    reporters: ["default", summary],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    teardownTimeout: 60_000,
    maxWorkers: 2 * availableParallelism(), // many tests mostly wait
    projects: [
      // A worker of its own for each file: commands that run in process change its folder.
      {
        extends: true,
        test: {
          name: "commands",
          include: [
            "packages/{cli,tensorflow}/test/**/*.test.ts",
            "clients/*/test/**/*.test.ts",
            "bench/test/**/*.test.ts",
            "website/test/**/*.test.ts",
          ],
        },
      },
      // Files that leave nothing behind in a process share one, which saves what loading costs.
      {
        extends: true,
        test: {
          name: "packages",
          isolate: false,
          include: [
            "packages/{assets,core,figures,frames,record,remote,report,runner,store,text,tui}/test/**/*.test.ts",
            "lint/test/*.test.ts",
            "testing/test/*.test.ts",
          ],
        },
      },
    ],
  },
});

export default config;
