import { Text } from "ink";
import type { ReactElement } from "react";
import { placeholder } from "./panes.ts";

/** A pane of so many lines: Ink decides where they go, `fillPanes` puts them there. */
export function Pane({
  id,
  rows,
}: {
  readonly id: number;
  readonly rows: number;
}): ReactElement | null {
  return rows === 0 ? null : <Text>{placeholder(id, rows)}</Text>;
}
