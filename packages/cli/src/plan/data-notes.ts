/** What the user should know of a data set that was read, before anything is trained on it. */
import type { NameFile } from "@ablate/core";
import { type GridConfig, onData, type PlannedRun, planRuns } from "@ablate/runner";
import { counted } from "@ablate/text";
import type { Invocation } from "../command-line/command.ts";
import { few } from "../print/few.ts";
import { withAnyReader } from "../store/open.ts";
import type { Source } from "./source.ts";

/** Returns a warning for each thing in the files that is more often a mistake than meant. */
export function dataNotes({ config, data, shown }: Source): readonly string[] {
  const { dataFile, ownFiles } = config;
  const files: readonly (readonly [string | null, NameFile | null])[] = [
    [dataFile, data.file],
    [ownFiles.valid, data.own.valid],
    [ownFiles.test, data.own.test],
  ];
  return files.flatMap(([path, file]) =>
    path === null || file === null ? [] : fileNotes(shown(path), file, config),
  );
}

function fileNotes(
  name: string,
  { split, control }: NameFile,
  { reading: { separator } }: GridConfig,
): readonly string[] {
  const [first] = separator === "whitespace" ? split : [];
  const isSplit =
    first === undefined
      ? []
      : [
          `warning: ${name}: white space splits ${counted(split.length, "line")} into several names, the first is line ${first.line}, ${quoted(first.text)}; data.separator: line keeps them whole`,
        ];
  const hasControl =
    control === null
      ? []
      : [
          `warning: ${name}: line ${control.line}, ${quoted(control.text)}, contains a control character, which the network learns like any other`,
        ];
  return [...isSplit, ...hasControl];
}

/** Returns a note where the store has these runs of a config on the same files, read by the other separator. */
export function otherReadingNotes(
  invocation: Invocation,
  { config, data }: Source,
  runs: readonly PlannedRun[],
): readonly string[] {
  const files = [data.file, data.own.valid, data.own.test];
  if (!files.some((file) => file?.isAmbiguous)) return []; // the other reading gives the same runs
  const { separator, end } = config.reading;
  const other = separator === "line" ? "whitespace" : "line";
  const otherwise = { ...config, reading: { separator: other, end } } as const;
  const others = planRuns(onData(otherwise, data), data.hash).runs.map(({ hash }) => hash);
  const own = new Set(runs.map(({ hash }) => hash));
  if (others.every((hash) => own.has(hash))) return [];
  const stored = withAnyReader(invocation, (reader) => [...reader.recorded(others).values()]) ?? [];
  if (stored.length === 0) return [];
  const names = few(stored.map(({ name }) => name));
  const [are, them] = stored.length === 1 ? ["is", "it"] : ["are", "them"];
  return [
    `${names} ${are} of the same file read by ${other === "line" ? "lines" : "white space"}; \`--set data.separator=${other}\` finds ${them}`,
  ];
}

function quoted(text: string): string {
  const trimmed = text.trim();
  return JSON.stringify(trimmed.length > 60 ? `${trimmed.slice(0, 57)}...` : trimmed);
}
