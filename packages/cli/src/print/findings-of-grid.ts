/** Findings of many runs as text: one entry for runs that differ in the seed alone, or one for each run. */
import type { Finding } from "@ablate/core";
import {
  byCause,
  type ComparedRun,
  type GroupedFinding,
  groupFindings,
  groupRuns,
  labelForms,
  withoutSeed,
  worstOf,
} from "@ablate/store";
import { count, counted, fitForms, table, visible, widthOf, wrapText } from "@ablate/text";
import type { Paint } from "../command-line/terminal.ts";
import { statesText } from "./compare/sections.ts";
import {
  causeText,
  countsOf,
  headLines,
  isOver,
  LEVELS,
  sinceWords,
  stateOf,
  verdict,
} from "./findings.ts";
import {
  LEVEL_STYLES,
  type Level,
  SIGNS,
  stateStyle,
  tableStyle,
  troubleStyle,
  troubleText,
} from "./styles.ts";

type Options = {
  /** Cells across; null: any number. */
  readonly width: number | null;
  readonly paint: Paint;
  /** Whether each run has an entry of its own. */
  readonly isByRun: boolean;
};

type Judged = { readonly run: ComparedRun; readonly findings: readonly Finding[] };

/** Runs that have one entry, and what the rules say of them. */
type Entry = {
  readonly title: string;
  readonly runs: readonly [ComparedRun, ...ComparedRun[]];
  readonly findings: readonly GroupedFinding<ComparedRun>[];
};

/** A line of a verdict; without a level nothing is wrong. */
type Said = { readonly level: Level | null; readonly sign: string; readonly text: string };

/** A verdict is not broken into narrower lines than this. */
const NARROWEST = 28;

/** Writes what is said of each group of runs, the worst first. */
export function findingsOfGrid(grid: string, all: readonly Judged[], options: Options): string {
  const entries = entriesOf(all, options).toSorted((a, b) =>
    compare(countsOf(a.findings), countsOf(b.findings)),
  );
  const { width, paint } = options;
  const head = headLines(`${grid}: ${summaryOf(all, entries.length)}`, width);
  return `${paint("bold", head)}\n${entriesTable(entries, options)}`;
}

function entriesOf(all: readonly Judged[], { isByRun, width }: Options): readonly Entry[] {
  const findings = new Map(all.map((one) => [one.run, one.findings]));
  const groups = isByRun
    ? all.map(({ run }) => ({ runs: [run] as const }))
    : groupRuns(all.map(({ run }) => run));
  const titles = titlesOf(
    groups.map(({ runs }) => runs),
    width,
  );
  return groups.map(({ runs }, i) => ({
    title: titles[i] ?? "",
    runs,
    findings: groupFindings(runs, (run) => findings.get(run) ?? []),
  }));
}

/** Longer titles are in short, where that leaves them different. */
const LONG_TITLE = 40;

function titlesOf(groups: readonly Entry["runs"][], width: number | null): readonly string[] {
  const areRuns = groups.every(({ length }) => length === 1);
  const named = (name: (run: ComparedRun) => string) =>
    groups.map((runs) => {
      const text = name(runs[0]);
      return runs.length === 1 ? text : withoutSeed(text) || (runs[0].grid ?? text);
    });
  const labels = named(({ label, name }) => label ?? name);
  const isLabelled = !areRuns && new Set(labels).size === labels.length;
  const titles = isLabelled ? labels : named(({ name }) => name);
  const forms = labelForms(groups.map(([run], i) => ({ label: titles[i] ?? "", run })));
  const fitted =
    width === null ? titles : fitForms(forms, Math.max(16, Math.min(LONG_TITLE, width >> 1)));
  return fitted.map((title, i) => {
    const { length } = groups[i] ?? [];
    return length === 1 ? title : `${title} ×${length}`;
  });
}

/** Says of how many runs what is said. */
function summaryOf(all: readonly Judged[], entries: number): string {
  const ranks = all.map(({ findings }) => countsOf(findings).findIndex((number) => number > 0));
  const untrained = all.filter(isUntrained).length;
  const [bad, doubtful] = [0, 1].map((rank) => ranks.filter((one) => one === rank).length);
  const failed = all.filter((one, i) => isFailed(one) && ranks[i] !== 0 && ranks[i] !== 1).length;
  const well = all.length - untrained - failed - (bad ?? 0) - (doubtful ?? 0);
  const parts = [
    [bad, "with errors"],
    [doubtful, "with warnings"],
    [failed, "failed without findings"],
    [well, "healthy"],
    [untrained, "not trained yet"],
  ].filter(([number]) => number !== 0);
  const groups = entries === all.length ? "" : ` in ${counted(entries, "group")}`;
  const said = parts.map(([number, what]) => `${count(Number(number))} ${what}`).join(", ");
  return `${counted(all.length, "run")}${groups}${said === "" ? "" : `, ${said}`}`;
}

function isUntrained({ run, findings }: Judged): boolean {
  return run.lastStep === null && findings.length === 0;
}

function isFailed(judged: Judged): boolean {
  return judged.run.state === "failed" && !isUntrained(judged);
}

function compare(a: readonly number[], b: readonly number[]): number {
  const i = a.findIndex((number, j) => number !== b[j]);
  return i < 0 ? 0 : (b[i] ?? 0) - (a[i] ?? 0);
}

function entriesTable(entries: readonly Entry[], { width, paint, isByRun }: Options): string {
  const cells = entries.map((entry) => [entry.title, stateText(entry), countsText(entry)]);
  const areRuns = isByRun || entries.every(({ runs }) => runs.length === 1);
  const heads = [areRuns ? "run" : "group", "state", "findings"];
  const taken = heads.map((head, i) =>
    Math.max(...[head, ...cells.map((row) => row[i] ?? "")].map(widthOf)),
  );
  const rest = (width ?? Number.POSITIVE_INFINITY) - taken.reduce((sum, one) => sum + one + 2, 0);
  const isBeside = rest >= NARROWEST;
  const room = isBeside ? rest : (width ?? 0) - 2;
  const lines = entries.map((entry) => saidOf(entry).flatMap((said) => brokenLines(said, room)));
  const rows = entries.flatMap((_, i) => {
    const [first, ...others] = lines[i] ?? [];
    return [[...(cells[i] ?? []), first], ...others.map((one) => ["", "", "", one])];
  });
  const said = ({ level, sign, text }: Said): string =>
    `${level === null ? sign : paint(LEVEL_STYLES[level], sign)}${text}`;
  const style = tableStyle(paint, (text, _, column) => {
    if (column === 1) return stateStyle(text);
    return column === 2 ? troubleStyle(text) : null;
  });
  const texts = rows.map((row) =>
    row.map((cell) => (typeof cell === "string" ? cell : said(cell ?? NOTHING))),
  );
  if (isBeside) return table([...heads, "verdict"], texts, style);
  const drawn = table(heads, cells, style).trimEnd().split("\n");
  return drawn
    .flatMap((line, i) => [
      line,
      ...(i === 0 ? [] : (lines[i - 1] ?? []).map((one) => `  ${said(one)}`)),
    ])
    .map((line) => `${line}\n`)
    .join("");
}

const NOTHING: Said = { level: null, sign: "", text: "" };

/** Breaks a line of a verdict; what follows its first line stands below the text, not below the sign. */
function brokenLines({ level, sign, text }: Said, width: number): readonly Said[] {
  const room = Math.max(NARROWEST, width) - sign.length;
  const broken = Number.isFinite(room) ? wrapText(visible(text), room) : [text];
  return broken.map((line, i) =>
    i === 0
      ? { level, sign, text: line }
      : { level: null, sign: " ".repeat(sign.length), text: line },
  );
}

/** Says what is wrong, each cause once, or that nothing is. */
function saidOf({ runs, findings }: Entry): readonly Said[] {
  const told = findings.map((one) => ({
    ...one,
    message: one.message + shareText(one, runs.length),
  }));
  const serious = byCause(told).filter((one) => worstOf(one) > 0);
  if (serious.length > 0) {
    return serious.map((one) => {
      const level = LEVELS[2 - worstOf(one)] ?? null;
      const sign = level === null ? "" : `${SIGNS[level]} `;
      return { level, sign, text: `${causeText(one)}${sinceWords(one.finding)}` };
    });
  }
  if (findings.length === 0 && runs.every(({ lastStep }) => lastStep === null)) {
    return [{ ...NOTHING, text: "not trained yet" }];
  }
  const failed = runs.filter(({ state }) => state === "failed").length;
  if (failed > 0) {
    const text =
      failed === runs.length
        ? verdict(told, "failed")
        : `no findings, but ${count(failed)} of ${count(runs.length)} failed`;
    return [{ ...NOTHING, text }];
  }
  const isDone = runs.every(({ state }) => isOver(state));
  return [{ ...NOTHING, text: verdict(told, isDone ? "finished" : "running") }];
}

function shareText({ found }: GroupedFinding<ComparedRun>, runs: number): string {
  return found.length === runs ? "" : ` in ${found.length} of ${runs}`;
}

function stateText({ runs }: Entry): string {
  const [first, ...others] = runs.map(stateOf);
  if (first !== undefined && others.every((one) => one === first)) return first;
  return statesText(runs);
}

function countsText({ findings }: Entry): string {
  const [errors = 0, warnings = 0] = countsOf(findings);
  return troubleText(errors, warnings);
}
