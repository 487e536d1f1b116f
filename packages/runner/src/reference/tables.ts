/** The tables of docs/config.md, from the definitions of the keys. */
import { OPTIMIZERS } from "@ablate/core";
import { z } from "zod";
import { isRecord } from "../config/canonical-json.ts";
import { GROUP_SETTINGS } from "../config/group-schema.ts";
import { SCHEME_SETTINGS } from "../config/init-schema.ts";
import { LAYER_SETTINGS } from "../config/layers-schema.ts";
import { BATCH_NORM_SETTINGS } from "../config/norm-schema.ts";
import { OPTIMIZER_SETTINGS } from "../config/optimizer-schema.ts";
import { CURVE_SETTINGS } from "../config/rate-schema.ts";
import { KEY_SCHEMAS } from "../config/schema.ts";
import { type JsonSchema, valueSchema } from "./json-schema.ts";

/** The settings of each initialisation scheme. */
function schemeTable(): string {
  const rows = SCHEME_SETTINGS.map((scheme) => {
    const settings = settingsOf(scheme).filter(([name]) => name !== "scheme" && name !== "scale");
    const names = settingsOf(scheme).find(([name]) => name === "scheme")?.[1];
    return [
      names === undefined ? "" : typeText(valueSchema(names)),
      settings.map(([name, schema]) => `\`${name}\` (${settingText(schema)})`).join(", "),
      scheme.meta()?.description ?? "",
    ];
  });
  return table(["scheme", "settings and their defaults", "values of the tensor"], rows);
}

/** The settings of each optimiser, and the rate of a run that says none. */
function optimizerTable(): string {
  const rows = Object.entries(OPTIMIZERS).map(([name, { usualRate }]) => {
    const settings = OPTIMIZER_SETTINGS.get(name) ?? z.strictObject({});
    const own = settingsOf(settings).filter(([key]) => key !== "name");
    return [
      code(name),
      own.map(([key, schema]) => `\`${key}\` (${settingText(schema)})`).join(", "),
      String(usualRate),
    ];
  });
  return table(["optimiser", "settings and their defaults", "`train.lr`"], rows);
}

/** The maps that an entry of `model.layers` may be. */
function layerTable(): string {
  const rows = LAYER_SETTINGS.map((settings) => {
    const [[key, first] = ["", z.never()], ...more] = settingsOf(settings);
    const { description = "", examples } = first.meta() ?? {};
    const [example] = isList(examples) ? examples : [];
    const others = more.map(([name, schema]) => `\`${name}\` (${settingText(schema)})`);
    return [code(key), others.join(", "), description, code(`{ ${key}: ${flow(example)} }`)];
  });
  return table(["layer", "more settings and their defaults", "meaning", "example"], rows);
}

function settingText(schema: z.ZodType): string {
  const value = defaultOf(schema);
  const type = typeText(valueSchema(schema));
  return value === undefined ? `required; ${type}` : `${flow(value)}; ${type}`;
}

function settingsOf(schema: z.ZodObject): [string, z.ZodType][] {
  return Object.entries(schema.shape).flatMap(([name, member]): [string, z.ZodType][] =>
    member instanceof z.ZodType ? [[name, member]] : [],
  );
}

function settingsTable(title: string, settings: readonly (readonly [string, z.ZodType])[]): string {
  const rows = settings.map(([name, schema]) => {
    const { description = "", examples, otherwise } = schema.meta() ?? {};
    const value = defaultOf(schema);
    const usual = typeof otherwise === "string" ? otherwise : code(flow(value));
    const [example] = Array.isArray(examples) ? examples : [];
    const kind = typeText(valueSchema(schema));
    const type = kind === "scheme" ? "[scheme](#initialisation-schemes)" : kind;
    return [code(name), type, usual, description, code(`${name}: ${flow(example)}`)];
  });
  return table([title, "type", "default", "meaning", "example"], rows);
}

/** The default as it may be written. */
function defaultOf(schema: z.ZodType): unknown {
  const isOptional = schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault;
  return isOptional ? schema.def.defaultValue : undefined;
}

/** A value in one line of YAML. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value !== "object" || value === null) return value === "" ? '""' : String(value);
  const entries = Object.entries(value).map(([key, member]) => `${key}: ${flow(member)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(titles), `|${titles.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}

/** The page with its generated regions made anew: `<!-- keys -->` to `<!-- end -->`. */
export function withTables(page: string): string {
  const tables: Readonly<Record<string, () => string>> = {
    keys: () => settingsTable("key", [...KEY_SCHEMAS]),
    "batch norm": () => settingsTable("setting", settingsOf(BATCH_NORM_SETTINGS)),
    schemes: schemeTable,
    layers: layerTable,
    optimisers: optimizerTable,
    groups: () => settingsTable("of a group", settingsOf(GROUP_SETTINGS)),
    curve: () => settingsTable("of a curve", settingsOf(CURVE_SETTINGS)),
  };
  return Object.entries(tables).reduce((text, [name, make]) => {
    const region = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end -->)`);
    if (!region.test(text)) throw new RangeError(`the page has no region <!-- ${name} -->`);
    return text.replace(region, (_, start: string, end: string) => `${start}\n${make()}\n\n${end}`);
  }, page);
}

/** Returns what kind of value a JSON Schema allows, in a few words for a table. */
function typeText(schema: JsonSchema): string {
  const { title, enum: names, const: only, type } = schema;
  if (typeof title === "string") return title;
  if (isList(names)) return names.map(String).map(code).join(", ");
  if (only !== undefined) return code(String(only));
  const options = schema.anyOf ?? schema.oneOf;
  if (isList(options)) return oneOf(options.filter(isRecord));
  switch (type) {
    case "integer":
      return `whole number${limits(schema)}`;
    case "number":
      return `number${limits(schema)}`;
    case "boolean":
      return "`true`, `false`";
    case "string":
      return "text";
    case "array":
      return isRecord(schema.items) ? `list of ${plural(typeText(schema.items))}` : "list";
    default:
      return "map";
  }
}

/** Every number may be a fraction, which is said once and for all. */
function oneOf(options: readonly JsonSchema[]): string {
  const kinds = options.filter(({ pattern, type }) => type !== "string" || pattern === undefined);
  return [...new Set(kinds.map(typeText))].join(" or ");
}

function limits({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  const isOpen = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER;
  if (exclusiveMinimum !== undefined) {
    return isOpen ? ` above ${exclusiveMinimum}` : ` above ${exclusiveMinimum}, at most ${maximum}`;
  }
  if (minimum === undefined) return "";
  if (exclusiveMaximum !== undefined) return ` from ${minimum}, below ${exclusiveMaximum}`;
  return isOpen ? ` from ${minimum}` : `, ${minimum} to ${maximum}`;
}

function plural(kind: string): string {
  return kind.replace(/number/, "numbers");
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
