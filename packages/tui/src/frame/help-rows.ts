/** What the help lists: the table of keys and the table of commands in parts, the one about the present view first. */
import { COMMANDS } from "../commands/table.ts";
import { LIST_ROWS } from "../keys/chooser.ts";
import { TEXT_ROWS } from "../keys/prompt-keys.ts";
import { SECTIONS, sectionOfView } from "../keys/sections.ts";
import { KEYS, keyName } from "../keys/table.ts";
import { VIEWS } from "../views/registry.ts";

export type HelpRow = {
  /** What is pressed or typed. */
  readonly keys: string;
  readonly help: string;
  /** The views where it acts; everywhere unless given. */
  readonly views?: readonly string[];
};

export type HelpPart = { readonly title: string; readonly rows: readonly HelpRow[] };

/** Returns the parts of the help; with a view, the part about it comes first. */
export function helpParts(view?: string): HelpPart[] {
  const about = view === undefined ? undefined : sectionOfView(view);
  const sections = SECTIONS.toSorted((a, b) => Number(b === about) - Number(a === about));
  return [
    ...sections.map((section) => ({ title: section, rows: keysOf(section, view) })),
    { title: "in a list", rows: LIST_ROWS.map(written) },
    { title: "in a line that is typed", rows: TEXT_ROWS.map(written) },
    { title: "commands, after :", rows: commandRows() },
  ];
}

/** Returns the rows that have every word of what is looked for, with the title of their part or without. */
export function found(parts: readonly HelpPart[], text: string): HelpPart[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (row: HelpRow, title: string): boolean => {
    const all = `${title} ${row.keys} ${row.help} ${row.views?.join(" ") ?? ""}`.toLowerCase();
    return words.every((word) => all.includes(word));
  };
  return parts.flatMap(({ title, rows }) => {
    const left = rows.filter((row) => has(row, title));
    return left.length === 0 ? [] : [{ title, rows: left }];
  });
}

type Written = { readonly keys: readonly string[]; readonly help: string };

function written({ keys, help }: Written): HelpRow {
  return { keys: keys.map(keyName).join(" "), help };
}

/** Returns the keys of a part; those that do not act in the view, last, say where they do. */
function keysOf(section: (typeof SECTIONS)[number], view: string | undefined): HelpRow[] {
  const rows = KEYS.filter((row) => row.section === section);
  const actsHere = ({ views }: (typeof rows)[number]): boolean =>
    views === undefined || (view !== undefined && views.includes(view));
  const others = rows.filter((row) => !actsHere(row));
  return [
    ...rows.filter(actsHere).map(written),
    ...others.map((row) => ({ ...written(row), views: row.views ?? [] })),
  ];
}

/** Commands, the names of views left out: one row says that these are commands, too. */
function commandRows(): HelpRow[] {
  const views = new Set(VIEWS.map(({ name }) => name));
  return COMMANDS.filter(({ name, usage }) => usage !== "" || !views.has(name)).map(
    ({ name, usage, help }) => ({ keys: `${name} ${usage}`.trim(), help }),
  );
}
