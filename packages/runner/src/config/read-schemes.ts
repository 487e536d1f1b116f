/** Initialisation schemes as the command line may name them. */
import type { InitScheme } from "@ablate/core";
import { ConfigError, type Position, type Problem } from "./config-error.ts";
import { initSchema } from "./init-schema.ts";
import { mapOf } from "./merge.ts";
import { readYamlValue } from "./read-yaml.ts";
import { validateSection } from "./validate.ts";

/** A key of a config that takes any scheme of a matrix. */
const KEY = "init.hidden.weight";

/**
 * Schemes of a matrix, separated by commas, each as in a config: `kaiming, { scheme: xavier, gain: 2 }`.
 *
 * @param option - the option as it was given, for messages
 * @throws ConfigError - with every problem
 */
export function readSchemes(text: string, option: string): InitScheme[] {
  const at: Position = { source: option, line: null, col: null };
  const list = readYamlValue(`[${text}\n]`, at);
  const items = list.kind === "list" ? list.items : [];
  if (items.length === 0)
    throw new ConfigError([{ ...at, message: "expected at least one scheme" }]);
  const problems: Problem[] = [];
  const schemes = items.flatMap((item): InitScheme[] => {
    const init = validateSection(initSchema, "init", { tree: mapOf(KEY, item, at), problems });
    return init === null ? [] : [init.hidden.weight];
  });
  if (problems.length === 0) return schemes;
  throw new ConfigError(
    problems.map((problem) => ({
      ...problem,
      message: problem.message.replace(`${KEY}.`, "").replace(`${KEY}: `, ""),
    })),
  );
}
