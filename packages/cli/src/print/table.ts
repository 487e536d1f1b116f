import { widthOf } from "@ablate/tui";

export type Align = "left" | "right";

/** Rows under a header as aligned text; columns are two spaces apart. */
export function table(
  columns: readonly { readonly title: string; readonly align?: Align }[],
  rows: readonly (readonly string[])[],
): string {
  const widths = columns.map(({ title }, i) =>
    rows.reduce((width, row) => Math.max(width, widthOf(row[i] ?? "")), widthOf(title)),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, i) => {
        const text = cells[i] ?? "";
        const width = widths[i] ?? 0;
        const padding = " ".repeat(Math.max(0, width - widthOf(text)));
        return align === "right" ? padding + text : text + padding;
      })
      .join("  ")
      .trimEnd();
  return `${[columns.map(({ title }) => title), ...rows].map(line).join("\n")}\n`;
}
