/**
 * The last reports, in `bench/results/`, and what pages tell of them, between `<!-- bench: REGION -->`
 * and `<!-- end -->`. `--save` of a command and `pnpm bench:docs` write them; a test compares them.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { longGoals, speedGoals, widthGoals } from "./goals.ts";
import { productTables, profileTable, shapeTable } from "./kernel-tables.ts";
import type { RemoteReport } from "./remote/report.ts";
import { remoteTables } from "./remote/tables.ts";
import type { LongReport, SpeedReport, ThreadsReport, WidthsReport } from "./report.ts";
import {
  aboutLine,
  evaluationTable,
  longTable,
  speedTables,
  summaryOf,
  tfjsTable,
  threadsTable,
  widthTables,
} from "./speed-tables.ts";
import { markdownOf } from "./table.ts";

export type ResultName = "speed" | "widths" | "threads" | "long" | "remote";

const FOLDER = new URL("../results/", import.meta.url);
/** The pages that have regions. */
export const PAGES: readonly URL[] = ["docs/performance.md", "docs/lecture.md"].map(
  (page) => new URL(`../../${page}`, import.meta.url),
);

/** The parts of the pages, each from a report. */
const REGIONS: Readonly<Record<string, () => readonly string[]>> = {
  speed: () =>
    of<SpeedReport>("speed", (one) => [aboutLine(one), ...speedTables(one).map(markdownOf)]),
  products: () =>
    of<SpeedReport>("speed", (one) => [...productTables(one), shapeTable(one)].map(markdownOf)),
  profile: () =>
    of<SpeedReport>("speed", ({ workloads }) =>
      workloads.map((workload) => markdownOf(profileTable(workload))),
    ),
  evaluation: () => of<SpeedReport>("speed", (one) => [markdownOf(evaluationTable(one))]),
  goals: () => [
    ...of<SpeedReport>("speed", (one) => [markdownOf(speedGoals(one))]),
    ...of<WidthsReport>("widths", (one) => [markdownOf(widthGoals(one))]),
    ...of<LongReport>("long", (one) => [markdownOf(longGoals(one))]),
  ],
  tfjs: () => of<SpeedReport>("speed", (one) => [markdownOf(tfjsTable(one))]),
  widths: () =>
    of<WidthsReport>("widths", (one) => [aboutLine(one), ...widthTables(one).map(markdownOf)]),
  threads: () =>
    of<ThreadsReport>("threads", (one) => [aboutLine(one), markdownOf(threadsTable(one))]),
  summary: () => of<LongReport>("long", (one) => [summaryOf(one)]),
  remote: () =>
    of<RemoteReport>("remote", (one) => [aboutLine(one), ...remoteTables(one).map(markdownOf)]),
  long: () => of<LongReport>("long", (one) => [aboutLine(one), markdownOf(longTable(one))]),
};

/** Keeps a report as the last one of its name, and writes its tables into the page. */
export function saveResult(name: ResultName, json: string): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(fileOf(name), json);
  rewritePages();
}

/** Writes the regions of all pages anew. */
export function rewritePages(): void {
  for (const page of PAGES) writeFileSync(page, withResults(readFileSync(page, "utf8")));
}

/** Returns the page with its regions made anew. */
export function withResults(page: string): string {
  return page.replace(
    /(<!-- bench: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, start: string, region: string, end: string) => {
      const parts = REGIONS[region]?.();
      if (parts === undefined) throw new RangeError(`the page has an unknown region ${region}`);
      return `${start}\n${parts.join("\n\n")}\n\n${end}`;
    },
  );
}

function of<Report>(
  name: ResultName,
  write: (report: Report) => readonly string[],
): readonly string[] {
  const file = fileOf(name);
  if (!existsSync(file)) return ["**Not measured yet.**"];
  return write(JSON.parse(readFileSync(file, "utf8")));
}

function fileOf(name: ResultName): URL {
  return new URL(`${name}.json`, FOLDER);
}
