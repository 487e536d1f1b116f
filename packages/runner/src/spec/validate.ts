/** Holds a tree against the schema; each problem points at the place in the tree. */
import type { z } from "zod";
import type { Problem } from "./config-error.ts";
import { describeIssue } from "./describe-issue.ts";
import { CONFIG_KEYS, type FileConfig, fileSchema } from "./schema.ts";
import { closest } from "./suggest.ts";
import { follow, type MapNode, type Path, toValue } from "./tree.ts";

type Issue = z.core.$ZodIssue;

/** The config with its defaults, or null where there are problems. */
export function validate(tree: MapNode, problems: Problem[]): FileConfig | null {
  const result = fileSchema.safeParse(toValue(tree), { error: describeIssue, reportInput: true });
  if (result.success) return result.data;
  for (const issue of result.error.issues) problems.push(...locate(tree, issue));
  return null;
}

function locate(tree: MapNode, issue: Issue): Problem[] {
  const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  if (issue.code === "unrecognized_keys") {
    const allowed = issue.message.split(" ");
    return issue.keys.map((key) => {
      const whole = [...path, key];
      return {
        ...follow(tree, whole).keyAt,
        message: `${whole.join(".")}: unknown key${hintForKey(key, path, allowed)}`,
      };
    });
  }
  const { node, keyAt, depth } = follow(tree, path);
  const isMissing = depth < path.length && node.kind === "map";
  const at = isMissing || issue.code === "invalid_key" ? keyAt : node.at;
  const isAbsent = issue.code === "invalid_type" && issue.input === undefined;
  const shown = isMissing || isAbsent ? path : path.slice(0, depth);
  return [{ ...at, message: `${pathText(shown)}: ${issue.message}` }];
}

function hintForKey(key: string, path: Path, allowed: readonly string[]): string {
  const near = closest(key, allowed);
  const meant =
    near === null
      ? CONFIG_KEYS.find((candidate) => candidate.endsWith(`.${key}`))
      : [...path, near].join(".");
  return meant === undefined ? `, allowed: ${allowed.join(", ")}` : `, did you mean "${meant}"?`;
}

/** `model.hidden[1]` */
function pathText(path: Path): string {
  return path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`))
    .join("")
    .slice(1);
}
