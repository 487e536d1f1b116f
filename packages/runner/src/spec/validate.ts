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
  const result = fileSchema.safeParse(toValue(tree), { error: describeIssue });
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
  const isKeyWrong = issue.code === "invalid_key" || depth < path.length;
  const at = isKeyWrong && node.kind !== "scalar" ? keyAt : node.at;
  const shown = node.kind === "scalar" ? path.slice(0, depth) : path;
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
