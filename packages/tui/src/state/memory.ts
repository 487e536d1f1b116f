/** Remembers the settings of a store. A file that is broken or cannot be written counts as missing. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { COLOUR_SLOTS } from "@ablate/store";
import { BANDS } from "../chart/trace.ts";
import { DRAWN_KINDS } from "../data/titles.ts";
import { VIEW_NAMES } from "../views/registry.ts";
import {
  DEFAULT_SETTINGS,
  FINDING_SCOPES,
  PANELS,
  SMOOTHINGS,
  SWEEP_PANELS,
  type ViewSettings,
  X_AXES,
} from "./settings.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The file of a store's settings: one for each path, below XDG_STATE_HOME or ~/.local/state. */
export function memoryFile(store: string, environment: Environment): string {
  const base = environment.XDG_STATE_HOME || join(environment.HOME || homedir(), ".local", "state");
  const name = createHash("sha256").update(resolve(store)).digest("hex").slice(0, 16);
  return join(base, "ablate", "ui", `${name}.json`);
}

/** Returns the remembered settings, with the default for everything that is missing or makes no sense. */
export function recall(file: string): ViewSettings {
  try {
    return settingsOf(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return DEFAULT_SETTINGS;
  }
}

/** Writes the settings, whole or not at all. */
export function remember(file: string, settings: ViewSettings): void {
  try {
    mkdirSync(join(file, ".."), { recursive: true });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(settings, null, 2)}\n`);
    renameSync(draft, file);
  } catch {
    // A full disk or a home that cannot be written to does not keep anybody from working.
  }
}

function settingsOf(value: unknown): ViewSettings {
  if (typeof value !== "object" || value === null) return DEFAULT_SETTINGS;
  const get = (key: keyof ViewSettings): unknown => Reflect.get(value, key);
  const text = (key: keyof ViewSettings, otherwise: string | null) => {
    const found = get(key);
    return typeof found === "string" || found === null ? found : otherwise;
  };
  const flag = (key: keyof ViewSettings) => get(key) === true;
  return {
    view: oneOf(VIEW_NAMES, get("view"), DEFAULT_SETTINGS.view),
    filter: text("filter", "") ?? "",
    grid: text("grid", null),
    gridSort: sortOf(get("gridSort")),
    isAll: DEFAULT_SETTINGS.isAll, // asked for anew in each session
    sort: sortOf(get("sort")),
    group: text("group", DEFAULT_SETTINGS.group),
    marks: texts(get("marks")) ?? [],
    shown: texts(get("shown")) ?? [],
    hidden: texts(get("hidden")) ?? [],
    columnOrder: texts(get("columnOrder")) ?? [],
    metrics: texts(get("metrics")),
    parameters: texts(get("parameters")),
    smoothing: oneOf(SMOOTHINGS, get("smoothing"), DEFAULT_SETTINGS.smoothing),
    band: oneOf(BANDS, get("band"), DEFAULT_SETTINGS.band),
    panels: panelsOf(get("panels")),
    yRanges: rangesOf(get("yRanges")),
    hiddenCurves: texts(get("hiddenCurves")) ?? [],
    chartGrid: gridOf(get("chartGrid")),
    isLogY: flag("isLogY"),
    axis: oneOf(X_AXES, get("axis"), DEFAULT_SETTINGS.axis),
    isLogX: flag("isLogX"),
    baseline: text("baseline", null),
    kinds: kindsOf(get("kinds")),
    panel: oneOf(PANELS, get("panel"), DEFAULT_SETTINGS.panel),
    isOctaves: flag("isOctaves"),
    isBeside: get("isBeside") !== false,
    findingFilter: text("findingFilter", "") ?? "",
    findingScope: oneOf(FINDING_SCOPES, get("findingScope"), DEFAULT_SETTINGS.findingScope),
    sweepX: text("sweepX", null),
    sweepY: text("sweepY", null),
    sweepPanel: oneOf(SWEEP_PANELS, get("sweepPanel"), DEFAULT_SETTINGS.sweepPanel),
    panes: panesOf(get("panes")),
    isMouse: get("isMouse") !== false,
    commands: texts(get("commands")) ?? [],
    colours: coloursOf(get("colours")),
    filters: texts(get("filters")) ?? [],
  };
}

function oneOf<T>(all: readonly T[], value: unknown, otherwise: T): T {
  return all.find((one) => one === value) ?? otherwise;
}

function texts(value: unknown): string[] | null {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : null;
}

function kindsOf(value: unknown): ViewSettings["kinds"] {
  const wanted = texts(value);
  return wanted === null ? null : DRAWN_KINDS.filter((kind) => wanted.includes(kind));
}

function coloursOf(value: unknown): ViewSettings["colours"] {
  if (typeof value !== "object" || value === null) return DEFAULT_SETTINGS.colours;
  const known = Object.entries(value).filter(
    (entry): entry is [string, number] =>
      Number.isInteger(entry[1]) && entry[1] >= 0 && entry[1] < COLOUR_SLOTS,
  );
  return Object.fromEntries(known);
}

function panesOf(value: unknown): ViewSettings["panes"] {
  if (typeof value !== "object" || value === null) return DEFAULT_SETTINGS.panes;
  const cells = (key: string): number | null => {
    const found: unknown = Reflect.get(value, key);
    return typeof found === "number" && Number.isInteger(found) && found > 0 ? found : null;
  };
  const hidden = texts(Reflect.get(value, "hidden")) ?? [];
  return { left: cells("left"), right: cells("right"), hidden };
}

function panelsOf(value: unknown): ViewSettings["panels"] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    if (typeof one !== "object" || one === null) return [];
    const name: unknown = Reflect.get(one, "name");
    const series = texts(Reflect.get(one, "series"));
    return typeof name === "string" && series !== null ? [{ name, series }] : [];
  });
}

function rangesOf(value: unknown): ViewSettings["yRanges"] {
  if (typeof value !== "object" || value === null) return {};
  const ranges = Object.entries(value).flatMap(([series, range]: [string, unknown]) => {
    const [low, high] = [numberIn(range, "low"), numberIn(range, "high")];
    return low === null || high === null || low >= high ? [] : [[series, { low, high }] as const];
  });
  return Object.fromEntries(ranges);
}

function gridOf(value: unknown): ViewSettings["chartGrid"] {
  const [rows, columns] = [numberIn(value, "rows"), numberIn(value, "columns")];
  const isCount = (n: number | null): n is number => n !== null && Number.isInteger(n) && n > 0;
  return isCount(rows) && isCount(columns) ? { rows, columns } : null;
}

function numberIn(value: unknown, key: string): number | null {
  if (typeof value !== "object" || value === null) return null;
  const found: unknown = Reflect.get(value, key);
  return typeof found === "number" && Number.isFinite(found) ? found : null;
}

function sortOf(value: unknown): ViewSettings["sort"] {
  if (typeof value !== "object" || value === null) return null;
  const column: unknown = Reflect.get(value, "column");
  const isDescending: unknown = Reflect.get(value, "isDescending");
  return typeof column === "string" ? { column, isDescending: isDescending === true } : null;
}
