import { isRule, RULES, type Rule } from "@ablate/core";
import { closest } from "@ablate/text";
import type { Option } from "./command-line/command.ts";
import { UsageError } from "./command-line/errors.ts";
import type { Flags } from "./command-line/flags.ts";

export const STOP_ON_OPTION: Option = {
  type: "string",
  multiple: true,
  value: "RULE",
  choices: Object.keys(RULES),
  help: `end a run where a rule of docs/diagnostics.md holds: ${Object.keys(RULES).join(", ")}`,
};

/** The rules of `--stop-on`, which may be given often and as lists. */
export function stopRules(flags: Flags): readonly Rule[] {
  const names = flags
    .texts("stop-on")
    .flatMap((text) => text.split(","))
    .map((name) => name.trim());
  return [...new Set(names.map(ruleOf))];
}

function ruleOf(name: string): Rule {
  if (isRule(name)) return name;
  const guess = closest(name, Object.keys(RULES));
  const hint =
    guess === null ? `rules are ${Object.keys(RULES).join(", ")}` : `did you mean ${guess}?`;
  throw new UsageError(`--stop-on: there is no rule "${name}"; ${hint}`);
}
