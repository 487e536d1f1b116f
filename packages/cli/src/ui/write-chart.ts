/** Writes charts that the UI shows to a file, as `ablate chart` does. */
import { statSync, writeFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { boxesText, FILE_FORMATS, fileOf, groupPlaces } from "@ablate/figures";
import { comparedRuns, openReader } from "@ablate/store";
import { bytes } from "@ablate/text";
import type { PaperChart } from "@ablate/tui";
import { drawGroups } from "../chart/draw.ts";
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
  const { file } = chart;
  const path = resolve(folder, file);
  const format = FILE_FORMATS.find((one) => extname(file).toLowerCase() === `.${one}`) ?? "svg";
  const reader = openReader(store);
  try {
    const { sheet } = drawGroups(reader, groupsOf(reader, chart), requestOf(chart));
    const options = { format, text: "font", dpi: 300 } as const;
    await writeWhole({ file, path, force: false }, async (temporary) =>
      writeFileSync(temporary, await fileOf(sheet, options)),
    );
    const boxes = await boxesText(sheet, options);
    const said = `wrote ${path}, ${sheet.width} mm wide, ${bytes(statSync(path).size)}`;
    return boxes === null ? said : `${said}; ${boxes}`;
  } catch (error) {
    if (error instanceof UsageError)
      return error.message.replace("; --force replaces it", "; name another");
    return `cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    reader.close();
  }
}

function groupsOf(reader: ReturnType<typeof openReader>, { groups }: PaperChart): readonly Group[] {
  const names = groups.flatMap(({ runs }) => runs);
  const found = names.flatMap((name) => reader.run(name) ?? []);
  const runs = new Map(comparedRuns(found, reader.dataHashes()).map((run) => [run.name, run]));
  const places = groupPlaces(groups.map(({ slot }) => slot));
  return groups.flatMap(({ title, isHidden, runs: members }, i): readonly Group[] => {
    const [first, ...others] = members.flatMap((name) => runs.get(name) ?? []);
    const place = places[i];
    if (first === undefined || place === undefined || isHidden) return [];
    return [{ name: title, place, runs: [first, ...others] }];
  });
}

function requestOf({
  series,
  yRanges,
  steps,
  band,
  smoothing,
  ...chart
}: PaperChart): ChartRequest {
  const ranges = Object.entries(yRanges).map(
    ([name, { low, high }]) => [name, { min: low, max: high }] as const,
  );
  return {
    ...{ kind: "curves", series, layer: null, axis: chart.axis },
    ...{ isLogX: chart.isLogX, isLogY: chart.isLogY, smooth: smoothing, band: BANDS[band] },
    steps: { from: steps?.low ?? null, to: steps?.high ?? null },
    ...{ y: null, yOf: new Map(ranges), hidden: [], title: "", isGrey: false },
    ...{ width: series.length > 1 ? PAGE : COLUMN, height: null },
  };
}
