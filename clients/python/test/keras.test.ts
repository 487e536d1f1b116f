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

/** Those that a backend can fail by itself. */
const TESTS = [
  "test_ratios_are_those_of_brute_force",
  "test_a_scheduled_rate_is_that_of_the_update",
  "test_metrics_of_epochs_stand_at_the_steps_after_which_they_were_measured",
];

const LOOK = `import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, sys.argv[1:])))`;

test.for(BACKENDS)("records what Keras trains on $backend", ({ backend, set }, { skip }) => {
  const { env, missing } = pythonWith(set);
  const isHere = process.env.CI === undefined; // in CI nothing is skipped: what is missing fails there
  skip(isHere && missing !== null, missing ?? "");
  const paths = [join(ROOT, "src"), join(ROOT, "tests"), env.PYTHONPATH].join(delimiter);
  const own = { ...env, PYTHONPATH: paths, PYTHONDONTWRITEBYTECODE: "1", KERAS_BACKEND: backend };
  const found = spawnSync("python3", ["-c", LOOK, "keras", backend], { env: own });
  skip(isHere && found.status !== 0, `python3 has no keras and ${backend}`);

  const said = spawnSync("python3", ["tests/test_keras.py", ...TESTS], {
    cwd: ROOT,
    env: own,
    encoding: "utf8",
  });

  expect(said.status, said.stderr).toBe(0);
  expect(said.stdout.match(/passed/g)).toHaveLength(TESTS.length);
});
