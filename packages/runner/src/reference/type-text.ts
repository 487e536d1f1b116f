/** What kind of value a JSON Schema allows, in a few words for a table. */
import type { JsonSchema } from "./value-schema.ts";

export function typeText(schema: JsonSchema): string {
  const { title, enum: names, const: only, type } = schema;
  if (typeof title === "string") return title;
  if (isList(names)) return names.map(code).join(", ");
  if (only !== undefined) return code(only);
  const options = schema.anyOf ?? schema.oneOf;
  if (isList(options)) return oneOf(options.filter(isSchema));
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
      return isSchema(schema.items) ? `list of ${plural(typeText(schema.items))}` : "list";
    default:
      return "map";
  }
}

/** Every number may be a fraction, which is said once and for all. */
function oneOf(options: readonly JsonSchema[]): string {
  const kinds = options.filter(({ pattern, type }) => type !== "string" || pattern === undefined);
  return [...new Set(kinds.map(typeText))].join(" or ");
}

function limits({ minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const isOpen = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER;
  if (exclusiveMinimum !== undefined) {
    return isOpen ? ` above ${exclusiveMinimum}` : ` above ${exclusiveMinimum}, at most ${maximum}`;
  }
  if (minimum === undefined) return "";
  return isOpen ? ` from ${minimum}` : `, ${minimum} to ${maximum}`;
}

function plural(kind: string): string {
  return kind.replace(/number/, "numbers");
}

function code(value: unknown): string {
  return `\`${String(value)}\``;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
