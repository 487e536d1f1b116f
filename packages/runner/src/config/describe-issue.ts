import { hint } from "@ablate/text";
import { z } from "zod";

/**
 * What is wrong, without the key: `must be at least 1, got 0`. For unknown keys the names that are
 * allowed, by spaces: each unknown key becomes a problem of its own.
 */
export function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape).join(" ") : "";
    case "invalid_type":
      return issue.input === undefined
        ? "is missing"
        : `expected ${KINDS[issue.expected] ?? issue.expected}, got ${show(issue.input)}`;
    case "invalid_value":
      return oneOf(issue.values, issue.input);
    case "invalid_union":
      return "options" in issue && Array.isArray(issue.options)
        ? oneOf(issue.options, discriminatorOf(issue))
        : undefined;
    case "too_small":
      return isLength(issue.origin)
        ? "must not be empty"
        : `must be ${issue.inclusive ? "at least" : "above"} ${issue.minimum}, got ${show(issue.input)}`;
    case "too_big":
      return isLength(issue.origin)
        ? `must not be longer than ${issue.maximum}`
        : `must be ${issue.inclusive ? "at most" : "below"} ${issue.maximum}, got ${show(issue.input)}`;
    case "invalid_key":
      return `${issue.issues[0]?.message}, got ${show(issue.input)}`;
    default:
      return undefined;
  }
}

const KINDS: Readonly<Record<string, string>> = {
  number: "a number",
  int: "a whole number",
  string: "text",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  record: "a map",
};

/** A value as it may be quoted in one line. */
export function show(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (typeof value !== "string") return String(value);
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 56)}..."` : text;
}

function oneOf(options: readonly unknown[], got: unknown): string {
  const names = options.map(String);
  if (got === undefined) return `is missing, one of ${names.join(", ")}`;
  if (typeof got !== "string") return `expected one of ${names.join(", ")}, got ${show(got)}`;
  if (got.toLowerCase() === "swish" && names.includes("silu")) {
    return `unknown value ${show(got)}, it is "silu" here`;
  }
  const isOther = ACTIVATIONS_ELSEWHERE.has(got.toLowerCase());
  return `unknown value ${show(got)}${isOther ? `, allowed: ${names.join(", ")}` : hint(got, names)}`;
}

/** Nonlinearities that there are elsewhere: none of ours is meant by them, however near its name. */
const ACTIVATIONS_ELSEWHERE: ReadonlySet<string> = new Set([
  "celu",
  "selu",
  "mish",
  "relu6",
  "glu",
  "swiglu",
]);

type UnionIssue = { readonly discriminator?: string | undefined; readonly input: unknown };

function discriminatorOf({ discriminator, input }: UnionIssue): unknown {
  if (typeof input !== "object" || input === null) return input;
  return Object.entries(input).find(([key]) => key === discriminator)?.[1];
}

function isLength(origin: string): boolean {
  return origin === "array" || origin === "string";
}

/** A union's own words for a value of another form. */
export function instead(expected: string): (issue: z.core.$ZodRawIssue) => string {
  return ({ input }) => `${expected}, got ${show(input)}`;
}

/** A schema's own words for a value of another kind; other issues keep the usual ones. */
export function otherwise(message: string): (issue: z.core.$ZodRawIssue) => string | undefined {
  return (issue) =>
    issue.code === "invalid_type" && issue.input !== undefined
      ? `${message}, got ${show(issue.input)}`
      : undefined;
}
