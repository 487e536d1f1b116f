/** Python's own readers of the formats we write, for tests that hold files against them. */
import { spawnSync } from "node:child_process";
import { test } from "vitest";

/** A test that needs these Python modules. */
export function pythonTest(...modules: readonly string[]): ReturnType<typeof test.skipIf> {
  const has = spawnSync("python3", ["-c", `import ${modules.join(", ")}`]).status === 0;
  return test.skipIf(!has && !process.env.CI);
}

/** Runs a program in `folder` and reads the JSON that it prints. */
export function python(folder: string, program: string): unknown {
  const { status, stdout, stderr } = spawnSync("python3", ["-c", program], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`python3 failed: ${stderr}`);
  return JSON.parse(stdout);
}
