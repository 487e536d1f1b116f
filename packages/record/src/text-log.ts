import { realpathSync } from "node:fs";
import type { FoundLog, LogFormatName } from "./log.ts";
import { placeName } from "./place-name.ts";
import { type MakeParser, TextLogReader } from "./text-log-reader.ts";

/** Makes a log of one file of text, which says nothing of its run that another could not say too: its place tells it. */
export function textLog<S>(
  path: string,
  format: LogFormatName,
  makeParser: MakeParser<S>,
): FoundLog {
  const real = realpathSync(path);
  return {
    format,
    identity: `${format}:${real}`,
    ...placeName(real),
    paths: [real],
    open: (positions) => {
      const at = positions.find((one) => one.path === real);
      return new TextLogReader(real, format, { makeParser, at });
    },
  };
}
