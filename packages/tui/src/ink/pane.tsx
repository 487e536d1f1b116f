import { Text } from "ink";
import type { ReactElement } from "react";
import type { Line } from "../text/line.ts";

/** A character of the private use area for each pane: nothing that a store has is drawn by Ink itself. */
const FIRST_PLACEHOLDER = 0xe000;

/** A pane of lines. Ink decides where they go, `fillPanes` puts them there. */
export function Pane({ id, lines }: { readonly id: number; readonly lines: readonly Line[] }): ReactElement | null {
  if (lines.length === 0) return null;
  return <Text>{lines.map(() => String.fromCharCode(FIRST_PLACEHOLDER + id)).join("\n")}</Text>;
}

/** The rows that Ink has laid out, with the lines of the panes in their places. */
export function fillPanes(layout: string, panes: readonly (readonly Line[])[]): Line[] {
  const used = panes.map(() => 0);
  return layout.split("\n").map((row) => {
    const id = row.charCodeAt(0) - FIRST_PLACEHOLDER;
    const next = used[id];
    if (next === undefined) return [];
    used[id] = next + 1;
    return panes[id]?.[next] ?? [];
  });
}
