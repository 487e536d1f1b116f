import { csv } from "./csv/csv.ts";
import { jsonl } from "./jsonl/jsonl.ts";
import type { LogFormat } from "./log.ts";
import { text } from "./text/text.ts";
import { tfevents } from "./tfevents/tfevents.ts";

/** All formats, in the order in which they are asked whether a file is theirs: those with magic bytes come first. */
export const FORMATS: readonly LogFormat[] = [tfevents, jsonl, csv, text];
