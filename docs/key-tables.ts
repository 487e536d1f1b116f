/** The tables of keys and commands in docs/ui.md, written from those of the program. */

import { COMMANDS } from "../packages/tui/src/commands/table.ts";
import { LIST_ROWS } from "../packages/tui/src/keys/chooser.ts";
import { TEXT_ROWS } from "../packages/tui/src/keys/prompt-keys.ts";
import { SECTIONS } from "../packages/tui/src/keys/sections.ts";
import { KEYS, keyName } from "../packages/tui/src/keys/table.ts";

const BETWEEN = /(<!-- keys -->\n)[\s\S]*?(<!-- end of keys -->)/;

type Row = readonly string[];

/** Returns the page with the tables of today. */
export function withKeyTables(page: string): string {
  return page.replace(
    BETWEEN,
    (_, start: string, end: string) => `${start}\n${keyTables()}\n${end}`,
  );
}

/** Writes the tables. */
function keyTables(): string {
  const sections = SECTIONS.map((section) => {
    const rows = KEYS.filter((row) => row.section === section).map(({ keys, help, views }): Row => {
      return [codes(keys), views?.join(", ") ?? "everywhere", help];
    });
    return `### ${capital(section)}\n\n${table(["key", "where", "what it does"], rows)}`;
  });
  const covering = (rows: typeof LIST_ROWS) =>
    table(
      ["key", "what it does"],
      rows.map(({ keys, help }): Row => [codes(keys), help]),
    );
  const commands = COMMANDS.map(({ name, aliases = [], usage, help, example }): Row => {
    const names = [name, ...aliases].map((one) => `\`${one}\``).join(" ");
    const shown = example === "" ? "" : `\`${escaped(`${name} ${example}`)}\``;
    return [names, escaped(usage), help, shown];
  });
  return [
    ...sections,
    `### In a list\n\n${covering(LIST_ROWS)}`,
    `### In a line that is typed\n\n${covering(TEXT_ROWS)}`,
    `### Commands\n\n${table(["command", "what follows", "what it does", "as in"], commands)}`,
  ].join("\n");
}

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${cells.join(" | ")} |\n`;
  return `${line(head)}|${head.map(() => "---|").join("")}\n${rows.map(line).join("")}`;
}

/** Names keys; one that is a bar would end the cell. */
function codes(keys: readonly string[]): string {
  return keys.map((key) => `\`${escaped(keyName(key))}\``).join(" ");
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
