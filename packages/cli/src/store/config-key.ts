/** Which key of the config a word means, as filters take it. */
import { type ComparedRun, differingKeys, isMap, type Setting } from "@ablate/store";
import { didYouMean } from "@ablate/text";
import { UsageError } from "../command-line/errors.ts";

/**
 * Finds the key that is meant: by its whole name, by its last segments, or by those of a member of its value, as `gain`
 * for `init.hidden.weight`. Where several end so, it is the one that differs.
 *
 * @throws UsageError - if there is none, or no single one
 */
export function configKey(flag: string, name: string, runs: readonly ComparedRun[]): string {
  const settings = runs.flatMap((run) => run.settings);
  const keys = [...new Set(settings.map(({ key }) => key))];
  if (keys.includes(name)) return name;
  // Runs that are compared with others that have `model.norm` have no other key for their norm.
  if (/^(model\.)?batch_norm$/.test(name) && keys.includes("model.norm")) return "model.norm";
  const ownEndings = keys.filter((key) => key.endsWith(`.${name}`));
  const endings = ownEndings.length > 0 ? ownEndings : keysWithMember(settings, name);
  const differing = endings.filter((one) => differingKeys(runs).includes(one));
  const [key, ...more] = differing.length > 0 ? differing : endings;
  if (key !== undefined && more.length === 0) return key;
  if (key !== undefined) {
    throw new UsageError(
      `${flag} ${name} could be any of ${endings.join(", ")}; write one of them`,
    );
  }
  const hint =
    didYouMean(name, [...keys, ...keys.map((one) => one.split(".").at(-1) ?? one)]) ??
    "`ablate config RUN` shows them all";
  throw new UsageError(`no run has a key "${name}" in its config; ${hint}`);
}

/** Returns the keys whose value is a map with such a member. */
function keysWithMember(settings: readonly Setting[], name: string): string[] {
  const found = settings.filter(({ key, value }) =>
    memberPaths(value, key).some((path) => path === name || path.endsWith(`.${name}`)),
  );
  return [...new Set(found.map(({ key }) => key))];
}

function memberPaths(value: unknown, path: string): string[] {
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([member, inner]) => [
    `${path}.${member}`,
    ...memberPaths(inner, `${path}.${member}`),
  ]);
}
