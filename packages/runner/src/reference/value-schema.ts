/** The JSON Schema of one value, from its zod definition, as it may be written. */
import { z } from "zod";
import { shortFormOf } from "../config/shorthand.ts";

/** Words of JSON Schema, and what they say. */
export type JsonSchema = Readonly<Record<string, unknown>>;

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
const OTHER_WORDS = ["short", "otherwise", "default"];

/** A value with a short form is one of the two. */
function addShortForm(schema: z.core.$ZodType, made: z.core.JSONSchema.BaseSchema): void {
  for (const word of OTHER_WORDS) delete made[word];
  nameByPattern(made);
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
