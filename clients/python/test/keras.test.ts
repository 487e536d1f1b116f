/** The callback for Keras on the backends beside PyTorch, by the same tests, which run as a script. */
import { spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { type PythonSet, pythonWith } from "../../../testing/python.ts";

const ROOT = join(import.meta.dirname, "..");

const BACKENDS = [
  { backend: "tensorflow", set: "tensorflow" },
  { backend: "jax", set: "torch" },
] as const satisfies readonly { readonly backend: string; readonly set: PythonSet }[];

test.for(BACKENDS)("records what Keras trains on $backend", ({ backend, set }, { skip }) => {
  const { env, missing } = pythonWith(set);
  skip(missing !== null, missing ?? "");
  const paths = [join(ROOT, "src"), join(ROOT, "tests"), env.PYTHONPATH].join(delimiter);
  const own = { ...env, PYTHONPATH: paths, PYTHONDONTWRITEBYTECODE: "1", KERAS_BACKEND: backend };
  const found = spawnSync("python3", ["-c", `import keras, ${backend}`], { env: own });
  skip(found.status !== 0, `python3 has no keras and ${backend}`);

  const said = spawnSync("python3", ["tests/test_keras.py"], {
    cwd: ROOT,
    env: own,
    encoding: "utf8",
  });

  expect(said.status, said.stderr).toBe(0);
  expect(said.stdout.match(/passed/g)).toHaveLength(8);
});
