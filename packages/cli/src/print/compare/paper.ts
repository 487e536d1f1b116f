/** A comparison as a table for a paper: the columns that tell its rows apart and what came out. */
import {
  type ComparedRun,
  type Comparison,
  lostText,
  missingPairsText,
  type Sensitivity,
  sensitivityWords,
  shortKey,
} from "@ablate/store";
import { counted, didYouMean } from "@ablate/text";
import { UsageError } from "../../command-line/errors.ts";
import type { PaperGroup, PaperTable } from "../paper/table.ts";
import { PAPER_FORMATS, type PaperFormat } from "../rows.ts";
import { effectsCaption, type LostLine, rowsCaption, sentences } from "./caption.ts";
import { type MeasuredLine, measuredColumns, type NamedColumn } from "./paper-columns.ts";
import { sensitivityTable } from "./paper-sensitivity.ts";
import type { ComparedPart } from "./part.ts";
import type { RecordOptions } from "./records.ts";
import {
  effectTexts,
  keysText,
  MOST_KEYS,
  metricsOf,
  noFactorNote,
  rowTitles,
  statesText,
  textsOf,
} from "./sections.ts";

export type PaperOptions = {
  /** Significant digits of the means; undefined: as many as their errors leave. */
  readonly digits: number | undefined;
  /** Names of columns, in their order; none: the usual ones. */
  readonly columns: readonly string[];
} & RecordOptions;

/** What is in a table before its columns are chosen. */
type Whole = {
  readonly columns: readonly NamedColumn[];
  readonly groups: readonly { readonly title: string | null; readonly size: number }[];
  readonly caption: string;
};

type AskedWithin = {
  /** With `--within`, of each metric. */
  readonly sensitivities: readonly Sensitivity<ComparedRun>[];
};

/** Prints all parts as one table, and with `--within` a table of each sensitivity below it. */
export function paperText(
  format: PaperFormat,
  parts: readonly ComparedPart[],
  { sensitivities, ...options }: PaperOptions & AskedWithin,
): string {
  const { caption, ...table } = paperTable(parts, options);
  const { digits } = options;
  const told = sensitivities.filter(({ values }) => values.length > 0);
  const untold = sensitivities
    .filter((one) => !told.includes(one))
    .flatMap((one) => sensitivityWords(one));
  const others = told.map((found, i) => {
    const label = `${table.label}-sensitivity${i === 0 ? "" : `-${i + 1}`}`;
    return sensitivityTable(found, { digits, label });
  });
  const all = [{ ...table, caption: `${caption} ${sentences(untold)}`.trim() }, ...others];
  return all.map(PAPER_FORMATS[format]).join("\n");
}

/**
 * Makes one table of all parts.
 *
 * @throws UsageError - if there is no such column, or no factor whose effects are asked for
 */
function paperTable(parts: readonly ComparedPart[], options: PaperOptions): PaperTable {
  const whole = options.effectsOnly ? wholeOfEffects(parts, options) : wholeOfRows(parts, options);
  const chosen = chosenColumns(whole.columns, options.columns);
  let before = 0;
  const groups = whole.groups.map(({ title, size }): PaperGroup => {
    const begin = before;
    before += size;
    const lines = Array.from({ length: size }, (_, i) => begin + i);
    return { title, rows: lines.map((line) => chosen.map(({ cells }) => cells[line] ?? "")) };
  });
  return { columns: chosen, groups, caption: whole.caption, label: labelOf(parts) };
}

function chosenColumns(
  columns: readonly NamedColumn[],
  wanted: readonly string[],
): readonly NamedColumn[] {
  if (wanted.length === 0) return columns.filter(({ isUsual }) => isUsual);
  return wanted.flatMap((name) => {
    const found = columns.filter(({ names }) => names.includes(name));
    if (found.length > 0) return found;
    const known = columns.flatMap(({ names }) => names);
    const short = new Set(columns.flatMap(({ names }) => names.at(-1) ?? []));
    const hint = didYouMean(name, known) ?? `there are ${[...short].join(", ")}`;
    throw new UsageError(`--columns knows no "${name}"; ${hint}`);
  });
}

/** Names a table by the grids that its runs are of. */
function labelOf(parts: readonly ComparedPart[]): string {
  const runs = parts.flatMap(({ comparison }) => runsOf(comparison));
  const grids = [...new Set(runs.flatMap(({ grid }) => grid ?? []))];
  const words = grids.length > 3 ? "" : grids.join("-");
  return words.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "") || "comparison";
}

function runsOf({ rows }: Comparison): readonly ComparedRun[] {
  return rows.flatMap(({ runs }) => runs);
}

function withinText({ within }: ComparedPart): string | null {
  return within === null ? null : `${within.key} ${within.text}`;
}

/** Makes a line of each row, a group of each part. */
function wholeOfRows(parts: readonly ComparedPart[], { digits, isByKey }: PaperOptions): Whole {
  const comparisons = parts.map(({ comparison }) => comparison);
  const rows = comparisons.flatMap((one) => one.rows);
  const lines = comparisons.map((own) =>
    metricsOf(own).map((_, place) =>
      own.rows.flatMap((row): MeasuredLine[] => {
        const outcome = row.outcomes[place];
        const isBold = own.rows.length > 1 && (outcome?.isBest ?? false);
        return outcome === undefined ? [] : [{ ...outcome, runs: row.runs, isBold }];
      }),
    ),
  );
  const metrics = comparisons[0] === undefined ? [] : metricsOf(comparisons[0]);
  const [first, ...others] = metrics.map((metric, place) =>
    measuredColumns(
      lines.flatMap((own) => own[place] ?? []),
      {
        digits,
        title: metric.title,
        names: [metric.name, metric.title],
        isOfDifferences: false,
      },
    ),
  );
  const named = nameColumns(comparisons, isByKey);
  const keys = [...new Set(comparisons.flatMap((one) => one.keys))];
  const titles = parts.flatMap((part) =>
    rowTitles(part.comparison, isByKey).map((title) => {
      const own = isByKey ? `${keysText(part.comparison.keys)} ${title}` : title;
      return [withinText(part), own].filter((text) => text !== null).join(", ");
    }),
  );
  const isCut = !isByKey && keys.length > MOST_KEYS;
  const caption = rowsCaption(
    comparisons,
    rows.flatMap(({ runs }, i) => lostLine(titles[i] ?? "", runs, metrics)),
  );
  return {
    columns: [
      ...named,
      ...(first ?? []),
      ...others.flatMap((own) => own.map((column) => unlessSaid(column, first ?? []))),
    ],
    groups: parts.map((part) => ({ title: withinText(part), size: part.comparison.rows.length })),
    caption: isCut
      ? `${caption} ${counted(keys.length - MOST_KEYS, "more key")} of the configs differ.`
      : caption,
  };
}

/** Leaves what one metric says of the runs away where another has said the same. */
function unlessSaid(column: NamedColumn, said: readonly NamedColumn[]): NamedColumn {
  const own = column.names.at(-1) ?? "";
  const other = said.find(({ names }) => names.at(-1) === own);
  const isSaid = other?.cells.every((cell, i) => cell === column.cells[i]) ?? false;
  return isSaid ? { ...column, isUsual: false } : column;
}

function lostLine(
  title: string,
  runs: readonly ComparedRun[],
  metrics: readonly Parameters<typeof lostText>[1][],
): readonly LostLine[] {
  const lost = metrics.map((metric) => lostText(runs, metric)).find((text) => text !== "");
  return lost === undefined ? [] : [{ title, lost }];
}

/** Makes the columns that say what each row is. */
function nameColumns(comparisons: readonly Comparison[], isByKey: boolean): readonly NamedColumn[] {
  const rows = comparisons.flatMap((one) => one.rows);
  const runs = rows.flatMap((row) => row.runs);
  const titles = comparisons.flatMap((one) => rowTitles(one, isByKey));
  const keys = comparisons
    .map((one) => one.keys)
    .reduce((common, own) => common.filter((key) => own.includes(key)));
  const state: NamedColumn = {
    ...{ title: "state", kind: "text", names: ["state"] },
    isUsual: runs.some(({ state: own }) => !OVER.has(own)),
    cells: rows.map((row) => statesText(row.runs)),
  };
  const ofRow = { kind: "text", cells: titles } as const;
  if (isByKey) {
    const title = keysText(keys);
    return [
      { ...ofRow, title, names: ["run", ...keys.flatMap(endsOf), title], isUsual: true },
      state,
    ];
  }
  const settings = keys.map((key, i): NamedColumn => {
    const text = textsOf(runs, key);
    const title = shortKey(key, keys);
    const cells = rows.map((row) => text(row.settings.get(key)));
    return { title, kind: "text", names: [...endsOf(key), title], isUsual: i < MOST_KEYS, cells };
  });
  const shown = settings.filter(({ isUsual }) => isUsual);
  const told = new Set(rows.map((_, i) => JSON.stringify(shown.map(({ cells }) => cells[i]))));
  // A name that is made of settings says what their columns say.
  const isUsual = told.size < rows.length || !titles.every((title) => title.includes("="));
  return [
    { ...ofRow, title: "run", names: ["run"], isUsual: isUsual || settings.length === 0 },
    ...settings,
    state,
  ];
}

/** Returns what a key may be called: itself, and without its first segments. */
function endsOf(key: string): readonly string[] {
  const segments = key.split(".");
  return segments.map((_, i) => segments.slice(i).join("."));
}

const OVER: ReadonlySet<string> = new Set(["finished", "diverged", "failed"]);

/** Makes a line of each value, a group of each factor, metric and part. */
function wholeOfEffects(parts: readonly ComparedPart[], { digits }: PaperOptions): Whole {
  const effects = parts.flatMap((part) =>
    part.comparison.effects.map(({ metric, effect }) => {
      const { values, baseline } = effectTexts(effect);
      const own = `${metric.title} by ${keysText(effect.factor.keys)}, the baseline ${baseline}`;
      const title = [withinText(part), own].filter((text) => text !== null).join(": ");
      return { metric, effect, values, title };
    }),
  );
  const [first] = parts;
  if (effects.length === 0) {
    const reason = first === undefined ? "no run" : noFactorNote(first.comparison);
    throw new UsageError(`no effects: ${reason}`);
  }
  const lines = effects.flatMap(({ metric, effect }) =>
    effect.values.map(({ runs, moments, difference }) => ({
      ...{ metric, runs, moments, difference },
      steps: null,
      isBold: false,
    })),
  );
  const named = effects.flatMap(({ metric, effect, values }) =>
    effect.values.map((value, i) => ({
      ...value,
      metric,
      title: `${keysText(effect.factor.keys)} ${values[i] ?? ""}`,
    })),
  );
  const caption = effectsCaption(
    parts.map(({ comparison }) => comparison),
    {
      lost: named.flatMap(({ title, runs, metric }) => lostLine(title, runs, [metric])),
      missing: named.flatMap(({ title, difference }) => {
        const text = difference === null ? "" : missingPairsText(difference);
        return text === "" ? [] : [`${title}: ${text}`];
      }),
    },
  );
  const value: NamedColumn = {
    ...{ title: "value", kind: "text", names: ["value"], isUsual: true },
    cells: effects.flatMap(({ values }) => values),
  };
  return {
    columns: [
      value,
      ...measuredColumns(lines, {
        digits,
        title: "mean ± std",
        names: ["mean"],
        isOfDifferences: true,
      }),
    ],
    groups: effects.map(({ title, values }) => ({ title, size: values.length })),
    caption,
  };
}
