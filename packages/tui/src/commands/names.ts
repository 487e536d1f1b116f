/** Runs, groups and columns by the names that people type. */
import { closest } from "@ablate/text";
import type { Column } from "../data/columns.ts";
import type { ShownRun } from "../data/shown-run.ts";
import { rowOf, type TableRow } from "../data/table.ts";
import type { Scene } from "../state/scene.ts";
import type { State } from "../state/state.ts";
import type { Context } from "../views/view.ts";
import { type Candidate, CommandError, type Seen } from "./command.ts";

/** Returns the runs that a word names: a run, a group, a grid, else those with the word in their name. */
export function runsNamed(word: string, { scene }: Context): readonly ShownRun[] {
  const { rows, all } = scene.table;
  const exact = all.filter(({ name, title }) => name === word || title === word);
  if (exact.length > 0) return exact;
  const group = rows.find((row) => row.isGroup && row.title === word);
  if (group !== undefined) return group.members;
  const inGrid = all.filter(({ grid }) => grid === word);
  if (inGrid.length > 0) return inGrid;
  const wanted = word.toLowerCase();
  const partly = all.filter(({ name }) => name.toLowerCase().includes(wanted));
  if (partly.length > 0 && word !== "") return partly;
  throw noSuch("run or group", word, [
    ...rows.map(({ title }) => title),
    ...all.map(({ name }) => name),
  ]);
}

/** Returns the one run that a word names. @throws CommandError - if it names none or several */
export function runNamed(word: string, context: Context): ShownRun {
  const found = runsNamed(word, context);
  const [first, second] = found;
  if (first === undefined) throw new CommandError("the name of a run is missing");
  if (second === undefined) return first;
  const count = found.length - 2;
  const others = count > 0 ? `, ${second.name} and ${count} more` : ` or ${second.name}`;
  throw new CommandError(`"${word}" could be ${first.name}${others}; write one of them`);
}

/** Returns the rows of the charts that a word names, as they are grouped there. */
export function curvesNamed(word: string, { scene }: Context): readonly TableRow[] {
  const { chosen } = scene;
  const wanted = word.toLowerCase();
  const exact = chosen.filter(({ key, title }) => key === word || title === word);
  if (exact.length > 0) return exact;
  const partly = chosen.filter(({ title }) => title.toLowerCase().includes(wanted));
  if (partly.length > 0 && word !== "") return partly;
  throw noSuch(
    "curve",
    word,
    chosen.map(({ title }) => title),
  );
}

/** Returns the row that a command is about where it names none: that under the cursor. */
export function rowUnder(state: State, { view, scene }: Context): TableRow | undefined {
  if (view.name === "charts") return scene.chosen[state.curve];
  const run = view.isOfOneRun ? scene.run : view.subject?.(scene);
  return run === undefined ? scene.focused : rowOf(run);
}

/** Returns the column that a word names, by its head or its id. */
export function columnNamed(word: string, { table }: Scene): Column {
  const wanted = word.toLowerCase();
  const named = (of: (column: Column) => string) =>
    table.columns.find((column) => of(column).toLowerCase() === wanted);
  const found =
    named(({ id }) => id) ??
    named(({ title }) => title) ??
    named(({ id }) => id.split(".").at(-1) ?? "");
  if (found !== undefined && word !== "") return found;
  throw noSuch(
    "column",
    word,
    table.columns.flatMap(({ id, title }) => [title || id, id]),
  );
}

/** Says that there is no such thing, and which one may be meant. */
export function noSuch(what: string, word: string, all: readonly string[]): CommandError {
  if (word === "") return new CommandError(`the name of a ${what} is missing`);
  const near = closest(word, all);
  const [first] = all;
  const hint = near ?? first;
  const asked = near === null ? "; one is " : "; did you mean ";
  const said = hint === undefined ? "" : `${asked}"${hint}"${near === null ? "" : "?"}`;
  return new CommandError(`there is no ${what} "${word}"${said}`);
}

/** Puts quotes around a name with spaces. */
export function quoted(text: string): string {
  return /[\s"']/.test(text) ? `"${text.replaceAll('"', "")}"` : text;
}

/** Names of groups and runs, those of the table first. */
export function runCandidates({ scene }: Seen): Candidate[] {
  const { rows, all } = scene.table;
  const groups = rows.filter(({ isGroup }) => isGroup);
  return [
    ...groups.map(({ title, members }) => ({
      text: quoted(title),
      what: `${members.length} runs`,
    })),
    ...all.map(({ name, state }) => ({ text: quoted(name), what: state })),
  ];
}

export function curveCandidates({ scene }: Seen): Candidate[] {
  return scene.chosen.map(({ title, members: { length } }) => ({
    text: quoted(title),
    what: length === 1 ? "a run" : `${length} runs`,
  }));
}

/** Columns by their heads, with the name of the field. */
export function columnCandidates({ scene }: Seen): Candidate[] {
  return scene.table.columns.map(({ id, title }) => ({
    text: quoted(title || id),
    what: title === id || title === "" ? "" : id,
  }));
}
