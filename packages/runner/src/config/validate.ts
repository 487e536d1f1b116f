/** Checks a tree against the schema; each problem points at its place in the tree. */
import { closest } from "@ablate/text";
import type { z } from "zod";
import type { Problem } from "./config-error.ts";
import { describeIssue, show } from "./describe-issue.ts";
import { hintForValue } from "./hint-for-value.ts";
import { hasSettingsAlone } from "./merge.ts";
import { keyNamed, otherName } from "./names-elsewhere.ts";
import { withoutReferring } from "./references.ts";
import { type FileConfig, fileSchema, isSection, SECTION_NAMES } from "./schema.ts";
import { follow, type MapNode, mapNode, type Node, nodeAt, type Path, toValue } from "./tree.ts";

type Issue = z.core.$ZodIssue;

/** Returns the config with its defaults, or null where there are problems. */
export function validate(tree: MapNode, problems: Problem[]): FileConfig | null {
  return validateSection(fileSchema, null, {
    tree: withoutReferring(withoutSettingsAlone(tree)),
    problems,
  });
}

/** Leaves out settings of an optimiser that the runs may name: each run is checked with its own. */
function withoutSettingsAlone(config: MapNode): MapNode {
  const train = config.entries.get("train");
  if (train?.value.kind !== "map" || !hasSettingsAlone(config)) return config;
  const { at, entries } = train.value;
  const others = mapNode(
    at,
    [...entries].filter(([key]) => key !== "optimizer"),
  );
  return mapNode(config.at, [...config.entries, ["train", { ...train, value: others }]]);
}

/**
 * Returns one section of a config with its defaults, or null where there are problems.
 *
 * @param name - null: the whole config
 */
export function validateSection<T>(
  schema: z.ZodType<T>,
  name: string | null,
  { tree, problems }: { readonly tree: MapNode; readonly problems: Problem[] },
): T | null {
  const path = name === null ? [] : [name];
  const written = nodeAt(tree, path);
  const value = written === null ? undefined : toValue(written);
  const result = schema.safeParse(value, { error: describeIssue, reportInput: true });
  if (result.success) return result.data;
  const issues = new Map(result.error.issues.map((issue) => [JSON.stringify(issue.path), issue]));
  for (const issue of issues.values()) problems.push(...locate(tree, path, issue));
  return null;
}

/** Reports top-level keys of values for runs that are no group of keys of a run. */
export function reportUnknown(
  tree: MapNode,
  problems: Problem[],
  others: readonly string[] = [],
): void {
  for (const [key, { keyAt }] of tree.entries) {
    if (SECTION_NAMES.includes(key)) continue;
    const message = `${key}: unknown key${hintForKey(key, [], [...SECTION_NAMES, ...others])}`;
    problems.push({ ...keyAt, message });
  }
}

function locate(tree: MapNode, prefix: Path, issue: Issue): Problem[] {
  const inside = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  const path = [...prefix, ...inside];
  if (issue.code === "unrecognized_keys") {
    const allowed = issue.message.split(" ");
    return issue.keys.map((key) => {
      const whole = [...path, key];
      return {
        ...follow(tree, whole).keyAt,
        message: `${pathText(whole)}: unknown key${hintForKey(key, path, allowed)}`,
      };
    });
  }
  const { node, keyAt, depth } = follow(tree, path);
  const isMissing = depth < path.length && node.kind === "map";
  const at = isMissing || issue.code === "invalid_key" ? keyAt : node.at;
  const isAbsent = issue.code === "invalid_type" && issue.input === undefined;
  const shown = isMissing || isAbsent ? path : path.slice(0, depth);
  const said = asWritten(issue, node);
  const given = { path, node, value: issue.input, isMissing: isMissing || isAbsent };
  const hint = node.from === undefined ? hintForValue(given) : `, which is that of ${node.from}`;
  return [{ ...at, message: `${pathText(shown)}: ${said}${hint}` }];
}

/** Quotes a number that is too large to be kept as it was written. */
function asWritten({ message, input }: Issue, node: Node): string {
  const got = `got ${show(input)}`;
  const isOther = node.kind === "scalar" && node.written !== undefined && message.endsWith(got);
  return isOther ? `${message.slice(0, -got.length)}got ${node.written}` : message;
}

function hintForKey(key: string, path: Path, allowed: readonly string[]): string {
  // Names of other programs are those of a section; here they would be settings of another value.
  const isSetting = !isSection(path.join("."));
  const elsewhere = isSetting ? null : otherName(key);
  if (elsewhere !== null) return elsewhere;
  const meant = isSetting ? settingMeant(key, path) : null;
  if (meant !== null) return `, did you mean "${meant}"?`;
  const near = closest(key, allowed);
  const found = near === null ? (isSetting ? null : keyNamed(key)) : pathText([...path, near]);
  return found === null ? `, allowed: ${allowed.join(", ")}` : `, did you mean "${found}"?`;
}

/** Returns the key that is meant by a setting which an optimiser has in other programs, or null. */
function settingMeant(key: string, path: Path): string | null {
  if (path.join(".") !== "train.optimizer") return null;
  if (key === "type" || key === "class") return "train.optimizer.name";
  return key === "lr" || key === "learning_rate" ? "train.lr" : null;
}

/** `model.hidden[1]` */
function pathText(path: Path): string {
  return path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`))
    .join("")
    .slice(1);
}
