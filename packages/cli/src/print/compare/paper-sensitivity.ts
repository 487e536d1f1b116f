/** How much one factor does at each value of another, as a table for a paper below that of the rows. */
import {
  type ComparedRun,
  lostText,
  type Sensitivity,
  sensitivityNames,
  sensitivityWords,
} from "@ablate/store";
import { roundedToError, UNKNOWN } from "@ablate/text";
import type { PaperCell, PaperColumn, PaperTable } from "../paper/table.ts";
import { sentences } from "./caption.ts";
import { intervalText } from "./paper-columns.ts";
import { shareText } from "./sections.ts";

type Column = PaperColumn & { readonly cells: readonly PaperCell[] };

/** Makes a table of the spread at each value, whose caption says whether the spreads differ. */
export function sensitivityTable(
  found: Sensitivity<ComparedRun>,
  { label, digits }: { readonly label: string; readonly digits: number | undefined },
): PaperTable {
  const { metric, values, seeds } = found;
  const names = sensitivityNames(found);
  const lost = values.map(({ runs }) => lostText(runs, metric));
  const areLost = lost.some((text) => text !== "");
  const columns: readonly Column[] = [
    {
      ...{ title: names.within, kind: "text" },
      cells: values.map(({ runs: [run] }) => names.withinText(run)),
    },
    {
      ...{ title: `change of ${metric.title}`, kind: "number" },
      cells: values.map(({ spread: { mean, low, high } }) => {
        if (mean === null) return UNKNOWN;
        const half = low === null || high === null ? null : (high - low) / 2;
        return { mean: roundedToError(mean, half, digits).mean, error: null, isBold: false };
      }),
    },
    {
      ...{ title: "95 % interval", kind: "right" },
      cells: values.map(({ spread }) => intervalText(spread)),
    },
    {
      ...{ title: `${names.by} from → to`, kind: "text" },
      cells: values.map(
        ({ lowest, highest }) => `${names.byText(lowest)} → ${names.byText(highest)}`,
      ),
    },
    {
      ...{ title: "seeds", kind: "right" },
      cells: values.map(() => shareText(seeds.n, seeds.of)),
    },
    ...(areLost ? [{ title: "lost", kind: "text", cells: lost } as const] : []),
  ];
  return {
    columns,
    groups: [
      {
        title: null,
        rows: values.map((_, i) => columns.map(({ cells }) => cells[i] ?? "")),
      },
    ],
    caption: sentences([
      `what ${names.by} does to ${metric.title} at each ${names.within}: its highest mean less its lowest one`,
      ...sensitivityWords(found, metric.title),
    ]),
    label,
  };
}
