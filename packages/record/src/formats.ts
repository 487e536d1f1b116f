import { csv } from "./csv/csv.ts";
import { framesFormat } from "./frames/frames-format.ts";
import { jsonl } from "./jsonl/jsonl.ts";
import type { LogFormat } from "./log.ts";
import { text } from "./text/text.ts";
import { tfevents } from "./tfevents/tfevents.ts";
import { trackers } from "./trackers.ts";
import { wandb } from "./wandb/wandb.ts";

/** All formats, in the order in which they are asked whether a file is theirs: those with magic bytes come first. */
export const FORMATS: readonly LogFormat[] = [
  framesFormat,
  tfevents,
  wandb,
  trackers,
  jsonl,
  csv,
  text,
];
