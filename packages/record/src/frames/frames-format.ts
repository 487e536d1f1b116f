/** Files of frames, as the recorders of Python and TensorFlow.js write them: docs/frames.md. */
import { basename, dirname, resolve } from "node:path";
import { decodeFrame, FrameError } from "@ablate/frames";
import type { LogPosition } from "@ablate/store";
import { type ByteSource, fileSource } from "../byte-source.ts";
import type { FoundLog, LogFormat, LogReader } from "../log.ts";
import { LogError } from "../log-error.ts";
import { splitName } from "../run-name.ts";
import { type FramesFile, FramesReader } from "./frames-reader.ts";
import { readRunHead } from "./run-head.ts";

/** Frames of any version; those of a later one are told. */
const MAGIC = Buffer.from("ABF", "latin1");

/** A recorder gives a sign of life every 5 s; on a network file system it is seen late. */
const QUIET_MS = 30_000;

/** The first frame names all parameters; what is not whole within so many bytes is none. */
const FIRST_FRAME_BYTES = 64 * 1024 * 1024;
const USUAL_BYTES = 64 * 1024;

export const framesFormat: LogFormat = {
  name: "frames",
  claims: ({ head }) => head.subarray(0, MAGIC.length).equals(MAGIC),
  logs: (files) => {
    const opened = files.flatMap((file) => openFrames(file.path, fileSource(file.path)) ?? []);
    const whole = opened.filter((one) => "head" in one);
    const broken = opened.filter((one) => "trouble" in one);
    return [...chainsOf(withoutOtherRanks(whole)).map(logOf), ...broken.map(brokenLog)];
  },
};

type BrokenFile = { readonly path: string; readonly trouble: string };

/** Reads the first frame of a file; undefined where it is not whole yet. */
export function openFrames(path: string, source: ByteSource): FramesFile | BrokenFile | undefined {
  try {
    const first = source.read(0, USUAL_BYTES);
    const found =
      decodeFrame(first) ??
      (first.length < USUAL_BYTES ? undefined : decodeFrame(source.read(0, FIRST_FRAME_BYTES)));
    if (found === undefined) return undefined;
    return { path, source, head: readRunHead(found.frame.head), begin: found.end };
  } catch (error) {
    if (!(error instanceof FrameError) && !(error instanceof LogError)) throw error;
    return { path, trouble: `${path} cannot be recorded: ${error.message}` };
  }
}

/** Leaves out what other processes of a distributed training have written where that of rank 0 is there, too. */
function withoutOtherRanks(files: readonly FramesFile[]): readonly FramesFile[] {
  const trainingOf = ({ path, head }: FramesFile): string =>
    JSON.stringify([dirname(path), head.name, head.world]);
  const first = new Set(files.filter(({ head }) => head.rank === 0).map(trainingOf));
  return files.filter((file) => file.head.rank === 0 || !first.has(trainingOf(file)));
}

/** Puts the files together that go on from one another, the first one first. */
function chainsOf(files: readonly FramesFile[]): readonly (readonly FramesFile[])[] {
  const bySize = files.toSorted((a, b) => (a.source.size() ?? 0) - (b.source.size() ?? 0));
  // Of copies of one file the longest.
  const byId = new Map(bySize.map((file) => [file.head.id, file]));
  const rootOf = (file: FramesFile): string => {
    const seen = new Set<string>();
    let { id, resumes } = file.head;
    while (resumes !== null && !seen.has(id)) {
      seen.add(id);
      const before = byId.get(resumes);
      id = resumes;
      resumes = before?.head.resumes ?? null;
    }
    return id;
  };
  const inOrder = [...byId.values()].sort((a, b) => a.head.time - b.head.time);
  const chains = Map.groupBy(inOrder, rootOf);
  return [...chains].map(([root, chain]) =>
    chain.toSorted((a, b) => Number(b.head.id === root) - Number(a.head.id === root)),
  );
}

export function logOf(files: readonly FramesFile[]): FoundLog {
  const [first] = files;
  if (first === undefined) throw new Error("a log has no files");
  const { id, resumes, name, rank } = first.head;
  const { grid, label } = splitName(name, folderName(first.path));
  return {
    ...{ format: "frames", identity: rank === 0 ? (resumes ?? id) : `${resumes ?? id} ${rank}` },
    ...{
      grid,
      label: rank === 0 ? label : `${label}-rank${rank}`,
      marksEnd: true,
      quietMs: QUIET_MS,
    },
    paths: files.map(({ path }) => path),
    open: (positions) => new FramesReader(files, positions),
  };
}

/** A file that says at its beginning what it cannot: it is told, and is no run. */
function brokenLog({ path, trouble }: BrokenFile): FoundLog {
  let isTold = false;
  const reader: LogReader = {
    read: () => {
      if (isTold) return [];
      isTold = true;
      return [{ type: "trouble", message: trouble }];
    },
    positions: (): readonly LogPosition[] => [],
    close: () => {},
  };
  const names = { grid: folderName(path), label: basename(path) };
  return { format: "frames", identity: path, ...names, paths: [path], open: () => reader };
}

/** Returns the name of the folder that a file is in. */
export function folderName(path: string): string {
  return basename(dirname(resolve(path))) || "logs";
}
