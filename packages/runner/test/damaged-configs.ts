/** Configs as people, editors and disks damage them; the same ones for the same seed. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EDITS, randomFrom } from "./random-edits.ts";

/** A config with one or two edits, in a file that the next one takes over. */
export type DamagedConfig = {
  readonly path: string;
  /** The first edit. */
  readonly edit: string;
  /** Which it is, for messages. */
  readonly what: string;
};

const CONFIGS = fileURLToPath(new URL("../../../configs/", import.meta.url));
/** A config with every part that a grid can have, beside those of the checkout. */
const ALL_PARTS = `extends: below.yaml
variants: { v1: { train.steps: 5 }, c: {} }
zip:
  - { train.lr: 0.1, train.l2: { embedding: 0.1 } }
  - { train.lr: { logspace: [0.1, 1, 2] }, train.l2: { linspace: [0, 1, 2] } }
grid:
  model.embedding: { range: [2, 4] }
  model.bias: [true, false]
  init.hidden.bias: [ones, { scheme: normal, std: 1/2 }]
when:
  init.hidden.bias: [{ model.bias: true }, { variant: c, train.lr: 1 }]
exclude:
  - { variant: c, model.bias: false }
  - { seed: 2, train.lr: 1 }
include: [{ train.lr: 0.7, model.hidden: [5] }, { model: { hidden: [7], bias: false } }]
seeds: { range: [1, 3] }
`;
const BELOW = "data: { file: names.txt }\nmodel: { hidden: [3] }\n";
const DAMAGED = "damaged.yaml";

/** Yields so many damaged configs, one after the other in the same place. */
export function* damagedConfigs(count: number, seed: number): Generator<DamagedConfig> {
  const folder = makeConfigs();
  const files = readdirSync(folder);
  const random = randomFrom(seed);
  const edits = Object.entries(EDITS);
  const path = join(folder, DAMAGED);
  for (let i = 0; i < count; i++) {
    const file = files[i % files.length] ?? "";
    const [name, edit] = edits[random(edits.length)] ?? ["", (bytes: Buffer) => bytes];
    let bytes = edit(readFileSync(join(folder, file)), random);
    if (random(3) === 0) bytes = (edits[random(edits.length)]?.[1] ?? edit)(bytes, random);
    writeFileSync(path, bytes);
    yield { path, edit: name, what: `seed ${seed}, edit ${i}: ${name} in ${file}` };
  }
}

/** The configs of the checkout beside each other, since some extend others, and one more. */
export function makeConfigs(): string {
  const folder = join(mkdtempSync(join(tmpdir(), "ablate-edits-")), "configs");
  mkdirSync(folder);
  for (const file of readdirSync(CONFIGS).filter((name) => name.endsWith(".yaml"))) {
    copyFileSync(join(CONFIGS, file), join(folder, file));
  }
  writeFileSync(join(folder, "all-parts.yaml"), ALL_PARTS);
  writeFileSync(join(folder, "below.yaml"), BELOW);
  return folder;
}
