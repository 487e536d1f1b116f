/** Folders of Hugging Face's trainer: each checkpoint has all that was logged until then. */
import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { basename, dirname, join } from "node:path";

export const TRAINER_STATE = "trainer_state.json";

const CHECKPOINT = /^checkpoint-\d+$/;

/** Returns the folder that a training writes its checkpoints to. */
export function outputFolder(path: string): string {
  const folder = dirname(path);
  return CHECKPOINT.test(basename(folder)) ? dirname(folder) : folder;
}

/** Returns the latest state in a folder of outputs; undefined: it has none. */
export function latestState(folder: string): string | undefined {
  const names = namesIn(folder).filter((name) => CHECKPOINT.test(name));
  const files = [...names, "."].map((name) => join(folder, name, TRAINER_STATE));
  let latest: string | undefined;
  let most = -1;
  for (const file of files) {
    const step = stepOf(file);
    if (step < most) continue;
    latest = step < 0 ? latest : file;
    most = step;
  }
  return latest;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The head of a state, which has its keys in alphabetical order: what was logged comes behind. */
const HEAD_BYTES = 4096;

/** Returns the step of a state; -1: there is none, or it is not written yet. */
function stepOf(path: string): number {
  try {
    const file = openSync(path, "r");
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      const count = readSync(file, head, 0, HEAD_BYTES, 0);
      const [, step] = /"global_step":\s*(\d+)/.exec(head.toString("latin1", 0, count)) ?? [];
      return Number(step ?? -1);
    } finally {
      closeSync(file);
    }
  } catch {
    return -1;
  }
}
