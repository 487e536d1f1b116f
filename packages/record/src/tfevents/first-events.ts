/** What the beginning of an event file says of it. */

import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import type { FoundFile } from "../log.ts";
import { WireError, WireReader } from "../protobuf.ts";
import { type EventSink, walkEvent } from "./event.ts";
import { readHparams } from "./hparams.ts";
import { HEAD_BYTES, lengthAt, RecordError, TAIL_BYTES } from "./records.ts";

/** What every file says first: the version of its format. */
const VERSION = "brain.Event:";

/** Says whether a file is one of events: its first length has the right checksum, or its name says so. */
export function isEventFile({ path, head }: FoundFile): boolean {
  if (head.length < HEAD_BYTES) return false;
  const isNamed = /\btfevents\b/.test(path.slice(path.lastIndexOf("/") + 1));
  try {
    const length = lengthAt(head, 0) ?? 0;
    return isNamed || head.subarray(0, HEAD_BYTES + length).includes(VERSION);
  } catch {
    return isNamed;
  }
}

/** Returns what tells a file from every other: when its writer began, and its name. */
export function fileIdentity(name: string, head: Buffer): string {
  const first = createHash("sha256")
    .update(head.subarray(0, firstSize(head)))
    .digest("hex");
  return `${name} ${first.slice(0, 32)}`;
}

function firstSize(head: Buffer): number {
  try {
    return HEAD_BYTES + (lengthAt(head, 0) ?? 0) + TAIL_BYTES;
  } catch {
    return HEAD_BYTES;
  }
}

/** As much as is read to find the first tags. */
const LOOK_BYTES = 256 * 1024;

/** Returns the first tags of a file, one at least where it has any yet. */
export function firstTags({ path, head, size }: FoundFile): readonly string[] {
  const tags = tagsIn(head);
  return tags.length > 0 || size <= head.length ? tags : tagsIn(beginning(path));
}

function beginning(path: string): Buffer {
  try {
    const file = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(LOOK_BYTES);
      return bytes.subarray(0, readSync(file, bytes, 0, LOOK_BYTES, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return Buffer.alloc(0); // Whoever reads the file says why it cannot be read.
  }
}

function tagsIn(bytes: Buffer): readonly string[] {
  const tags = new Set<string>();
  const note = (tag: string): void => {
    if (!tag.startsWith("_hparams_/")) tags.add(Buffer.from(tag, "latin1").toString("utf8"));
  };
  const hparams = (content: Buffer): void => {
    tags.add(readHparams(content).settings === null ? EXPERIMENT : SETTINGS);
  };
  const sink: EventSink = { ...IGNORED, scalar: note, histogram: note, tensor: note, hparams };
  try {
    for (let at = 0; ; ) {
      const length = lengthAt(bytes, at);
      const end = at + HEAD_BYTES + (length ?? 0);
      if (length === undefined || end > bytes.length) break;
      walkEvent(new WireReader(bytes, at + HEAD_BYTES, end), sink);
      at = end + TAIL_BYTES;
    }
  } catch (error) {
    if (!(error instanceof RecordError || error instanceof WireError)) throw error;
  }
  return [...tags];
}

/** What stand among tags for the settings of a run, and for an experiment that has several. */
export const SETTINGS = "\0settings";
export const EXPERIMENT = "\0experiment";

const nothing = (): void => {};
const IGNORED = { event: nothing, begin: nothing, restart: nothing, writer: nothing };
