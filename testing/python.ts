/**
 * Python for tests that need libraries of others. `.ci/run` installs each set into a folder of its own, since they want
 * different versions of the same packages, and names it in the environment; elsewhere what `python3` has is used.
 */
import { spawnSync } from "node:child_process";
import { delimiter } from "node:path";

/** Sets of libraries: the environment variable of the folder, and what must be there to be imported. */
const SETS = {
  /** PyTorch of today, pytest, Hugging Face's Trainer, Lightning and Keras on it. */
  torch: { variable: "ABLATE_PYTHON_TORCH", modules: ["torch", "pytest"] },
  /** Trackers: TensorBoard, tensorboardX, W&B, MLflow, Trackio. */
  logs: {
    variable: "ABLATE_PYTHON_LOGS",
    modules: ["tensorboard", "tensorboardX", "wandb", "mlflow", "trackio"],
  },
  /** What builds a wheel, and checks types. */
  build: { variable: "ABLATE_PYTHON_BUILD", modules: ["hatchling", "mypy"] },
  /** What executes a notebook, and draws in it; pandas is among the readers of exports. */
  notebook: {
    variable: "ABLATE_PYTHON_NOTEBOOK",
    modules: ["nbclient", "ipykernel", "matplotlib", "pandas"],
  },
  tensorflow: { variable: "ABLATE_PYTHON_TENSORFLOW", modules: ["tensorflow"] },
  /** The schemas of Kubernetes, and hadolint in its folder `bin`. */
  deploy: { variable: "ABLATE_PYTHON_DEPLOY", modules: ["kubernetes_validate"] },
  /** The compiler of Typst. */
  typst: { variable: "ABLATE_PYTHON_TYPST", modules: ["typst"] },
  /** The schemas of workflows, forms and citations, and zizmor in its folder `bin`. */
  release: { variable: "ABLATE_PYTHON_RELEASE", modules: ["check_jsonschema"] },
} as const;

export type PythonSet = keyof typeof SETS;

export type PythonWith = {
  readonly env: NodeJS.ProcessEnv;
  /** Null: the set is there. Otherwise what a skipped test says. */
  readonly missing: string | null;
};

/** Finds a set of libraries. @throws Error - if it is missing where `CI` is set: nothing is skipped there */
export function pythonWith(set: PythonSet): PythonWith {
  const { variable, modules } = SETS[set];
  const { [variable]: folder, PYTHONPATH: path } = process.env;
  const paths = [folder, path].filter((one) => one !== undefined && one !== "");
  const env = {
    ...process.env,
    PYTHONPATH: paths.join(delimiter),
    WANDB_MODE: "offline",
    WANDB_SILENT: "true",
    WANDB_ERROR_REPORTING: "false",
    MLFLOW_DISABLE_TELEMETRY: "1",
    DO_NOT_TRACK: "1",
    KERAS_BACKEND: "torch",
  };
  const looked = `import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, sys.argv[1:])))`;
  const { status } = spawnSync("python3", ["-c", looked, ...modules], { env });
  if (status === 0) return { env, missing: null };
  const missing = `python3 has no ${modules.join(", ")}`;
  if (process.env.CI !== undefined) throw new Error(`${missing}: .ci/run installs them`);
  return { env, missing };
}
