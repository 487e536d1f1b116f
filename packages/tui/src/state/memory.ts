/** Remembers how a store was looked at. What is broken or cannot be written is as if it were not there. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { BANDS } from "../chart/band.ts";
import { DRAWN_KINDS } from "../data/tensor-kinds.ts";
import {
  DEFAULT_LOOK,
  FINDING_SCOPES,
  type Look,
  PANELS,
  SMOOTHINGS,
  VIEWS,
  X_AXES,
} from "./look.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The file of a store's look: one for each path, below XDG_STATE_HOME or ~/.local/state. */
export function memoryFile(store: string, environment: Environment): string {
  const base = environment.XDG_STATE_HOME || join(environment.HOME || homedir(), ".local", "state");
  const name = createHash("sha256").update(resolve(store)).digest("hex").slice(0, 16);
  return join(base, "ablate", "ui", `${name}.json`);
}

/** The remembered look; the default in everything that is missing or makes no sense. */
export function recall(file: string): Look {
  try {
    return lookOf(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return DEFAULT_LOOK;
  }
}

/** Keeps a look, whole or not at all. */
export function remember(file: string, look: Look): void {
  try {
    mkdirSync(join(file, ".."), { recursive: true });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(look, null, 2)}\n`);
    renameSync(draft, file);
  } catch {
    // A full disk or a home that cannot be written to does not keep anybody from looking.
  }
}

function lookOf(value: unknown): Look {
  if (typeof value !== "object" || value === null) return DEFAULT_LOOK;
  const get = (key: keyof Look): unknown => Reflect.get(value, key);
  const text = (key: keyof Look, otherwise: string | null) => {
    const found = get(key);
    return typeof found === "string" || found === null ? found : otherwise;
  };
  const flag = (key: keyof Look) => get(key) === true;
  return {
    view: oneOf(VIEWS, get("view"), DEFAULT_LOOK.view),
    filter: text("filter", "") ?? "",
    sort: sortOf(get("sort")),
    group: text("group", DEFAULT_LOOK.group),
    marks: texts(get("marks")) ?? [],
    shown: texts(get("shown")) ?? [],
    hidden: texts(get("hidden")) ?? [],
    columnOrder: texts(get("columnOrder")) ?? [],
    metrics: texts(get("metrics")),
    parameters: texts(get("parameters")),
    smoothing: oneOf(SMOOTHINGS, get("smoothing"), DEFAULT_LOOK.smoothing),
    band: oneOf(BANDS, get("band"), DEFAULT_LOOK.band),
    isLogY: flag("isLogY"),
    axis: oneOf(X_AXES, get("axis"), DEFAULT_LOOK.axis),
    isLogX: flag("isLogX"),
    baseline: text("baseline", null),
    kinds: kindsOf(get("kinds")),
    panel: oneOf(PANELS, get("panel"), DEFAULT_LOOK.panel),
    isOctaves: flag("isOctaves"),
    isBeside: get("isBeside") !== false,
    findingFilter: text("findingFilter", "") ?? "",
    findingScope: oneOf(FINDING_SCOPES, get("findingScope"), DEFAULT_LOOK.findingScope),
  };
}

function oneOf<T>(all: readonly T[], value: unknown, otherwise: T): T {
  return all.find((one) => one === value) ?? otherwise;
}

function texts(value: unknown): string[] | null {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : null;
}

function kindsOf(value: unknown): Look["kinds"] {
  const wanted = texts(value);
  return wanted === null ? null : DRAWN_KINDS.filter((kind) => wanted.includes(kind));
}

function sortOf(value: unknown): Look["sort"] {
  if (typeof value !== "object" || value === null) return null;
  const column: unknown = Reflect.get(value, "column");
  const isDescending: unknown = Reflect.get(value, "isDescending");
  return typeof column === "string" ? { column, isDescending: isDescending === true } : null;
}
