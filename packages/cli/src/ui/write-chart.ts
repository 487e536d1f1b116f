/** Writes charts that the UI shows to a file, as `ablate chart` does. */
import { existsSync, statSync, writeFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { boxesText, FILE_FORMATS, fileOf, groupPlaces, MOST_SHOWN } from "@ablate/figures";
import { comparedRuns, openReader } from "@ablate/store";
import { bytes } from "@ablate/text";
import type { PaperChart, PaperPart } from "@ablate/tui";
import { drawParts, type Part } from "../chart/draw.ts";
import type { Group } from "../chart/groups.ts";
import type { Band, ChartRequest } from "../chart/request.ts";
import { UsageError } from "../command-line/errors.ts";
import { writeWhole } from "../export/whole-files.ts";

const BANDS: Readonly<Record<PaperChart["band"], Band>> = {
  std: "std",
  stderr: "se",
  "min-max": "range",
  "95%": "ci95",
};

const [COLUMN, PAGE] = [89, 183];

type Place = { readonly store: string; readonly folder: string };

/** Writes the file; says in a sentence where it is, or why there is none. */
export async function writeChart({ store, folder }: Place, chart: PaperChart): Promise<string> {
  const file = chart.isFresh ? freshName(folder, chart.file) : chart.file;
  const path = resolve(folder, file);
  const format = FILE_FORMATS.find((one) => extname(file).toLowerCase() === `.${one}`) ?? "svg";
  const reader = openReader(store);
  try {
    const { sheet } = drawParts(reader, partsOf(chart, groupsOf(reader, chart)));
    const options = { format, text: "font", dpi: 300 } as const;
    await writeWhole({ file, path, force: false }, async (temporary) =>
      writeFileSync(temporary, await fileOf(sheet, options)),
    );
    const boxes = await boxesText(sheet, options);
    const where = chart.isFresh ? `${file} into ${folder}` : path;
    const said = `wrote ${where}, ${sheet.width} mm wide, ${bytes(statSync(path).size)}`;
    return boxes === null ? said : `${said}; ${boxes}`;
  } catch (error) {
    if (error instanceof UsageError)
      return error.message.replace("; --force replaces it", "; name another");
    return `cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    reader.close();
  }
}

/** Returns the name, or the first that no file has: loss.svg, loss-2.svg. */
function freshName(folder: string, file: string): string {
  const ending = extname(file);
  const base = file.slice(0, file.length - ending.length);
  for (let i = 1; ; i++) {
    const name = i === 1 ? file : `${base}-${i}${ending}`;
    if (!existsSync(resolve(folder, name))) return name;
  }
}

/** A group with its curve hidden or not. */
type ShownGroup = Group & { readonly isHidden: boolean };

function groupsOf(
  reader: ReturnType<typeof openReader>,
  { groups }: PaperChart,
): readonly ShownGroup[] {
  const names = groups.flatMap(({ runs }) => runs);
  const found = names.flatMap((name) => reader.run(name) ?? []);
  const runs = new Map(comparedRuns(found, reader.dataHashes()).map((run) => [run.name, run]));
  const places = groupPlaces(groups.map(({ slot }) => slot));
  return groups.flatMap(({ title, isHidden, runs: members }, i): readonly ShownGroup[] => {
    const [first, ...others] = members.flatMap((name) => runs.get(name) ?? []);
    const place = places[i];
    if (first === undefined || place === undefined) return [];
    return [{ name: title, place, isHidden, runs: [first, ...others] }];
  });
}

/** @throws UsageError - if there are too many curves */
function partsOf(chart: PaperChart, all: readonly ShownGroup[]): readonly [Part, ...Part[]] {
  const shown = all.filter(({ isHidden }) => !isHidden);
  const isOfLines = chart.parts.some(({ kind }) => kind !== "effects" && kind !== "together");
  if (isOfLines && shown.length > MOST_SHOWN) {
    throw new UsageError(
      `these are ${shown.length} curves, and a chart for a paper tells ${MOST_SHOWN} apart: space hides the curve on top, o shows it alone`,
    );
  }
  const several =
    chart.parts.length * (chart.parts.some(({ kind }) => isByGroup(kind)) ? shown.length : 1);
  const width = several > 1 ? PAGE : COLUMN;
  const [first, ...others] = chart.parts.map((part): Part => {
    const one = part.kind === "together" ? all[part.group] : undefined;
    const request = { ...commonOf(chart), width, ...requestOf(part) };
    return { groups: one === undefined ? shown : [one], request };
  });
  if (first === undefined) throw new UsageError("there is no chart to write");
  return [first, ...others];
}

/** Whether there is a chart for each group. */
function isByGroup(kind: PaperPart["kind"]): boolean {
  return kind === "ratios" || kind === "histograms";
}

type Common = Omit<ChartRequest, "kind" | "series" | "width">;

function commonOf({ yRanges, steps, band, smoothing, ...chart }: PaperChart): Common {
  const ranges = Object.entries(yRanges).map(
    ([name, { low, high }]) => [name, { min: low, max: high }] as const,
  );
  return {
    ...{ layer: null, together: null, axis: chart.axis, epochs: new Map() },
    ...{ isLogX: chart.isLogX, isLogY: chart.isLogY, smooth: smoothing, band: BANDS[band] },
    steps: { from: steps?.low ?? null, to: steps?.high ?? null },
    ...{ y: null, yOf: new Map(ranges), hidden: [], title: "", isGrey: false, height: null },
  };
}

function requestOf(part: PaperPart): Pick<ChartRequest, "kind" | "series"> & Partial<ChartRequest> {
  switch (part.kind) {
    case "curves":
      return { kind: "curves", series: part.series };
    case "together":
      return { kind: "curves", series: part.series, together: { title: part.title } };
    case "ratios":
      return { kind: "ratios", series: part.parameters, isLogY: false };
    case "layers":
      return { kind: "layers", series: [] };
    case "histograms":
      return { kind: "histograms", series: [part.tensor], layer: "all" };
    case "effects":
      return { kind: "effects", series: [part.result] };
  }
}
