/** Several series of one group in one chart. */
import type { Line, Look, Stroke } from "@ablate/figures";
import { cutTogether } from "@ablate/text";
import { UsageError } from "../command-line/errors.ts";
import {
  type Builder,
  guideMarks,
  pointWords,
  seedWords,
  seriesNamed,
  titleOf,
  windowOf,
} from "./curves.ts";
import type { Group } from "./groups.ts";
import { linePanel } from "./lines.ts";
import { labelLetters } from "./panel.ts";
import { knownSeries, nameOf, valuesOf } from "./read-series.ts";

const LOSSES = ["loss", "train_loss", "valid_loss", "test_loss"];

/** Draws the series that are named, its losses unless others are. */
export const together: Builder = (reader, groups, { request, look }) => {
  const [group, ...others] = groups;
  if (group === undefined || others.length > 0) {
    throw new UsageError(
      "--together is of one run or group; name one, or leave others out by --hide",
    );
  }
  const known = knownSeries(reader, group.runs);
  const usual = LOSSES.filter((name) => known.has(name));
  const named = request.series.length > 0 ? request.series : usual;
  const series = seriesNamed(reader, group.runs, named);
  const window = windowOf(group.runs, request);
  const names = series.map((one) => NAMES[one] ?? nameOf(one));
  const labels = cutTogether(names, labelLetters(request));
  const lines = series.flatMap((one, i): readonly Line[] => {
    const values = valuesOf(reader, group.runs, { series: one, window });
    const stroke = strokeOf(group, i, look);
    return values.length === 0 ? [] : [{ label: labels[i] ?? "", stroke, values }];
  });
  if (lines.length === 0)
    throw new UsageError(`there is nothing of ${names.join(", ")} in these steps`);
  const title = titleFor(series, group, request.together?.title ?? null);
  const { panel, isCut } = linePanel(lines, { title, request });
  const guides = guideMarks(reader, group.runs, { series: series[0] ?? "", panel, look });
  const cut = isCut ? " What lines begin with is cut off." : "";
  return {
    title: `${title} of ${group.name}`,
    panels: [{ ...panel, marks: [...guides, ...panel.marks] }],
    caption: `${title} of ${group.name}: ${names.join(", ")}; ${seedWords(groups, request.band, "a line for each series")}${pointWords(window)}.${cut}`,
  };
};

/** What losses are called beside each other. */
const NAMES: Readonly<Record<string, string>> = {
  loss: "batches",
  train_loss: "training",
  valid_loss: "validation",
  test_loss: "test",
};

function titleFor(series: readonly string[], group: Group, given: string | null): string {
  if (given !== null) return given;
  if (series.every((one) => LOSSES.includes(one))) return titleOf("loss", group.runs);
  return series.map((one) => titleOf(one, group.runs)).join("; ");
}

/** The first series has the colour of the group, others shades without one. */
function strokeOf({ place }: Group, i: number, look: Look): Stroke {
  const own = look.strokeOf({ ...place, place: i });
  return i === 0 ? own : { ...own, color: look.shadeAt(i - 1) };
}
