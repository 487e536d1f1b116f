/** Flips bytes of a store, one at a time, and looks whether any figure that differs is shown without a word. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ablate } from "../make.ts";
import { olderFolder } from "../older-version/folder.ts";
import type { Flip } from "./places.ts";
import { type Answer, isFound, QUESTIONS } from "./verbs.ts";

export type Wrong = { readonly flip: Flip; readonly verb: string; readonly what: string };

export type FlipOptions = {
  /** Chooses what is flipped in a store. */
  readonly choose: (store: string) => readonly Flip[];
  /** Asks what takes long of every so many flips only; of each unless given. */
  readonly slowEvery?: number;
  readonly onFlip?: (done: number, wrong: readonly Wrong[]) => void;
};

/** A folder with a store of this version: twelve runs that ended in every way, with digests. */
async function sealedFolder(): Promise<string> {
  const folder = olderFolder("version-10");
  await ablate(folder, "doctor", "--repair");
  return folder;
}

/** Flips the chosen bytes, each in the whole store; returns what was shown wrong without a word, and what was an internal error. */
export async function flipBytes({
  choose,
  slowEvery = 1,
  onFlip,
}: FlipOptions): Promise<readonly Wrong[]> {
  const folder = await sealedFolder();
  const store = join(folder, "ablate.db");
  const bytes = readFileSync(store);
  const clean: Answer[] = [];
  for (const { ask } of QUESTIONS) clean.push(await ask(folder));
  const wrong: Wrong[] = [];
  for (const [i, flip] of choose(store).entries()) {
    const flipped = Buffer.from(bytes);
    flipped[flip.at] = (flipped[flip.at] ?? 0) ^ flip.mask;
    const write = (): void => {
      for (const suffix of ["-wal", "-shm"]) rmSync(store + suffix, { force: true });
      writeFileSync(store, flipped);
    };
    write();
    const isQuick = i % slowEvery !== 0;
    wrong.push(...(await askAll(folder, { flip, clean, write, isQuick })));
    onFlip?.(i + 1, wrong);
  }
  rmSync(folder, { recursive: true });
  return wrong;
}

type Asked = {
  readonly flip: Flip;
  readonly clean: readonly Answer[];
  /** Leaves out what takes long. */
  readonly isQuick: boolean;
  /** Writes the flipped file again, without what a verb has left beside it. */
  readonly write: () => void;
};

async function askAll(folder: string, { flip, clean, write, isQuick }: Asked): Promise<Wrong[]> {
  const found = isFound(folder);
  const wrong: Wrong[] = [];
  for (const [i, { name, isTable, isSlow, ask }] of QUESTIONS.entries()) {
    if (isQuick && isSlow) continue;
    const answer = await ask(folder);
    if (/internal error|\n\s+at /.test(answer.said)) {
      wrong.push({ flip, verb: name, what: `internal error: ${answer.said.slice(0, 200)}` });
    }
    if (answer.status !== 0 || answer.shown === clean[i]?.shown) continue;
    const isNamed = /damaged|digest/.test(answer.said + headOf(answer.shown));
    if (isNamed || (found && !isTable)) continue;
    wrong.push({ flip, verb: name, what: "a figure differs, and nothing says so" });
  }
  write();
  return wrong;
}

/** The first line, in which the UI says what is wrong. */
function headOf(shown: string): string {
  return shown.slice(0, shown.indexOf("\n"));
}
