/** Tables, as text for a terminal and as Markdown for a document. */

export type Table = {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

export function textOf({ title, head, rows }: Table): string {
  return [title, ...columns([head, ...rows])].join("\n");
}

export function markdownOf({ title, head, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = `|${head.map(() => "---|").join("")}`;
  return [`${title}:`, "", line(head), rule, ...rows.map(line)].join("\n");
}

/** Lines of a table, each column as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(...rows.map((row) => (row[i] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
