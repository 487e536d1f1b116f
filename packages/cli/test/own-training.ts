/** The training script that README.md shows, and what the UI shows of it. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pythonWith } from "../../../testing/python.ts";

const CLIENT = fileURLToPath(new URL("../../../clients/python/src", import.meta.url));
const SCRIPT = /<!-- own training: script -->\n```python\n([\s\S]*?)```\n/;

/** A frame of its run: the arguments of the command that draws it, and the frame. */
export const OWN_FRAME: RegExp = /(<!-- own training: (ui .*) -->\n```\n)([\s\S]*?)(```\n)/g;

const { env, missing } = pythonWith("torch");

/** Null: PyTorch is there. Otherwise what a skipped test says. */
export const missingPyTorch: string | null = missing;

/** Runs the script of a page in a folder, where it leaves its recording in `runs`; what it prints. */
export function trainOwn(page: string, folder: string): string {
  const [, script = ""] = SCRIPT.exec(page) ?? [];
  writeFileSync(join(folder, "train.py"), script);
  const { stdout, stderr } = spawnSync("python3", ["train.py"], {
    cwd: folder,
    encoding: "utf8",
    env: {
      ...env,
      PYTHONPATH: [CLIENT, env.PYTHONPATH].join(delimiter),
      PYTHONDONTWRITEBYTECODE: "1",
      OMP_NUM_THREADS: "1", // it is too small for more
    },
  });
  return stdout + stderr;
}
