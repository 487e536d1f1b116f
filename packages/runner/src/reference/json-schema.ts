/** The JSON Schema of config files, for editors: what can be said without expanding the grid. */

import { z } from "zod";
import { LAYER_NAMES, LAYER_SETTINGS } from "../config/layers-schema.ts";
import { MAKERS } from "../config/makers.ts";
import { isOfText } from "../config/references.ts";
import { isSection, KEY_SCHEMAS, SECTION_NAMES } from "../config/schema.ts";
import { SEEDS_PATTERN } from "../config/seed-list.ts";
import { REFERENCE, seed, shortFormOf } from "../config/value-schemas.ts";

/** What may stand at the keys of a run, by the part of a config that has them. */
const PARTS: Readonly<Record<string, (key: string) => JsonSchema>> = {
  run: refTo,
  row: (key) => ({ anyOf: [refTo(key), refTo("makers")] }),
  grid: (key) => listOrMaker(refTo(key)),
  when: () => refTo("conditions"),
};

/** Keys of a whole config that hold one value. */
const OF_GRID: readonly string[] = ["name", "description", "sample", "order", "extends"];

/** JSON Schema draft 7, which the YAML language server reads. */
function configJsonSchema(): JsonSchema {
  const described = { type: "string", description: "one sentence" };
  const variant = { anyOf: [section("run", "", { description: described }), { type: "null" }] };
  const name = { type: "string", description: "the name of a variant" };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "ablate config",
    description: "a grid of training runs",
    ...section("run", "", {
      ...refsTo(OF_GRID),
      seeds: { ...about("seeds"), ...seedsSchema() },
      variants: { ...about("variants"), type: "object", additionalProperties: variant },
      zip: { ...about("zip"), type: "array", items: section("row", "") },
      grid: { ...about("grid"), ...section("grid", "") },
      when: { ...about("when"), ...section("when", "") },
      exclude: { ...about("exclude"), type: "array", items: refTo("rule") },
      include: { ...about("include"), type: "array", items: section("run", "") },
    }),
    definitions: {
      ...keyDefinitions(),
      ...sectionDefinitions(),
      makers: { anyOf: MAKERS.map(makerSchema) },
      conditions: oneOrMore(section("run", "", { variant: name })),
      rule: { ...section("run", "", { variant: name, seed: refTo("seed") }), minProperties: 1 },
      taken: { type: "string", pattern: REFERENCE.source },
      layer: { anyOf: [{ enum: LAYER_NAMES }, ...LAYER_SETTINGS.map(valueSchema)] },
    },
  };
}

/** Writes the schema out, a key or a definition a line: indented it would be half as long again. */
export function configSchemaText(): string {
  const { definitions, ...rest } = configJsonSchema();
  const lines = [...linesOf(rest), `"definitions":{\n${linesOf(definitions ?? {}).join(",\n")}\n}`];
  return `{\n${lines.join(",\n")}\n}\n`;
}

function linesOf(map: object): string[] {
  return Object.entries(map)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
}

function refTo(definition: string): JsonSchema {
  return { $ref: `#/definitions/${definition}` };
}

function refsTo(keys: readonly string[]): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(keys.map((key) => [key, refTo(key)]));
}

function about(key: string): JsonSchema {
  const { description, examples } = KEY_SCHEMAS.get(key)?.meta() ?? {};
  return { description, examples };
}

/** Keys of one run, dotted. */
const RUN_KEYS: readonly string[] = [...KEY_SCHEMAS.keys()].filter((key) =>
  SECTION_NAMES.includes(key.split(".")[0] ?? ""),
);

function keyDefinitions(): Readonly<Record<string, JsonSchema>> {
  const own = [...OF_GRID, ...RUN_KEYS];
  const scheme = schemaOf("init.embedding");
  const values = own.map((key): [string, JsonSchema] => {
    const value = schemaOf(key);
    const isScheme = value.title === "scheme";
    const own = isScheme ? { ...about(key), allOf: [refTo("scheme")] } : value;
    return [key, RUN_KEYS.includes(key) && !isOfText(key) ? orTaken(own) : own];
  });
  return {
    ...Object.fromEntries(values),
    scheme: { anyOf: scheme.anyOf },
    seed: { ...valueSchema(seed), description: "a seed", examples: [1] },
  };
}

/** A whole value may be taken from another key; the pattern of numbers says so of those inside. */
function orTaken({ description, examples, ...value }: JsonSchema): JsonSchema {
  const words = { description, examples };
  return { ...words, anyOf: [value, refTo("taken")] };
}

function schemaOf(key: string): JsonSchema {
  const schema = KEY_SCHEMAS.get(key);
  return schema === undefined ? {} : valueSchema(schema);
}

/** Maps of keys that stand in maps of keys, by part: `grid-init.hidden`. */
function sectionDefinitions(): Readonly<Record<string, JsonSchema>> {
  const prefixes = new Set(
    RUN_KEYS.flatMap((key) => {
      const segments = key.split(".").slice(0, -1);
      return segments.map((_, i) => segments.slice(0, i + 1).join("."));
    }),
  );
  const sections = Object.keys(PARTS).flatMap((part) =>
    [...prefixes].map((prefix) => [`${part}-${prefix}`, section(part, prefix)] as const),
  );
  return Object.fromEntries(sections);
}

/** A map of keys of a run below a prefix, nested or dotted, and of some more. */
function section(
  part: string,
  prefix: string,
  more: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema {
  const start = prefix === "" ? "" : `${prefix}.`;
  const leaf = PARTS[part] ?? refTo;
  const inside = RUN_KEYS.filter((key) => key.startsWith(start));
  const properties: Record<string, JsonSchema> = { ...more };
  for (const key of inside) {
    const segments = key.slice(start.length).split(".");
    for (const depth of segments.keys()) {
      const name = segments.slice(0, depth + 1).join(".");
      const whole = `${start}${name}`;
      properties[name] = isSection(whole) ? refTo(`${part}-${whole}`) : leaf(whole);
    }
  }
  const ofLayers = Object.entries(properties).filter(([name]) => name.includes(FIRST_LAYER));
  const patterns = ofLayers.map(([name, schema]) => [anyLayer(name), schema]);
  for (const [name] of ofLayers) delete properties[name];
  const maps = inside.filter(isMap).map((key) => key.slice(start.length).replaceAll(".", "\\."));
  const intoMaps = maps.length === 0 ? {} : { [`^(${maps.join("|")})\\..+$`]: {} };
  const patternProperties = { ...Object.fromEntries(patterns), ...intoMaps };
  return { type: "object", properties, patternProperties, additionalProperties: false };
}

/** Stands for any single layer. */
const FIRST_LAYER = "hidden1";

/** A pattern of the keys of any single layer, for that of the first. */
function anyLayer(name: string): string {
  return `^${name.replaceAll(".", "\\.").replace(FIRST_LAYER, "hidden[1-9]\\d*")}$`;
}

/** Whether the value at a key may be a map, into which a dotted key may lead: `train.lr.0`. */
function isMap(key: string): boolean {
  return JSON.stringify(schemaOf(key)).includes('"type":"object"');
}

function oneOrMore(member: JsonSchema): JsonSchema {
  return { anyOf: [member, { type: "array", items: member, minItems: 1 }] };
}

function listOrMaker(value: JsonSchema): { readonly anyOf: readonly JsonSchema[] } {
  const items = { anyOf: [value, refTo("makers")] };
  return { anyOf: [{ type: "array", items, minItems: 1 }, refTo("makers")] };
}

/** A list, a maker, or a text of numbers and ranges; ranges may stand in the list as well. */
function seedsSchema(): JsonSchema {
  const text = { type: "string", pattern: SEEDS_PATTERN };
  const { anyOf } = listOrMaker({ anyOf: [refTo("seed"), text] });
  return { anyOf: [...anyOf, text] };
}

function makerSchema(name: string): JsonSchema {
  const items = { anyOf: [{ type: "number" }, { type: "string" }] };
  const minItems = name === "range" ? 2 : 3;
  return {
    type: "object",
    properties: { [name]: { type: "array", items, minItems, maxItems: 3 } },
    required: [name],
    additionalProperties: false,
  };
}

/** Words of JSON Schema, and what they say. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Returns the JSON Schema of one value, from its zod definition, as it may be written. */
export function valueSchema(schema: z.ZodType): JsonSchema {
  const made = z.toJSONSchema(schema, {
    target: "draft-7",
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => addShortForm(zodSchema, jsonSchema),
  });
  const { $schema: _, "~standard": __, ...value } = made;
  const examples = z.globalRegistry.get(schema)?.examples;
  return examples === undefined ? value : { ...value, examples };
}

/** What documents say of a value beside JSON Schema's own words. */
const OTHER_WORDS = ["short", "otherwise", "default", "forms", "isLayer"];

function isSchemas(value: unknown): value is readonly z.ZodType[] {
  return Array.isArray(value) && value.every((one) => one instanceof z.ZodType);
}

/** A value with a short form is one of the two. */
function addShortForm(schema: z.core.$ZodType, made: z.core.JSONSchema.BaseSchema): void {
  const { forms, isLayer } = made;
  for (const word of OTHER_WORDS) delete made[word];
  nameByPattern(made);
  if (isLayer === true) Object.assign(made, refTo("layer"));
  else if (isSchemas(forms)) Object.assign(made, { anyOf: forms.map(valueSchema) });
  const short = shortFormOf(schema);
  if (short === null || made.anyOf !== undefined) return;
  const full = { ...made };
  for (const key of Object.keys(made)) delete made[key];
  Object.assign(made, { anyOf: [valueSchema(short), full] });
}

/** The YAML language server takes a key such as 0 for a number, which is no `propertyNames`. */
function nameByPattern(made: z.core.JSONSchema.BaseSchema): void {
  const { propertyNames, additionalProperties } = made;
  if (propertyNames === undefined) return;
  delete made.propertyNames;
  const pattern = typeof propertyNames === "object" ? propertyNames.pattern : undefined;
  if (typeof pattern !== "string" || additionalProperties === undefined) return;
  const named = { patternProperties: { [pattern]: additionalProperties } };
  Object.assign(made, named, { additionalProperties: false });
}
