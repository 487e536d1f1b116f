/** The one table of typed commands, and what a line does. */
import { hint } from "@ablate/text";
import type { Effect, State } from "../state/state.ts";
import type { Context } from "../views/view.ts";
import { CHART_COMMANDS } from "./chart-commands.ts";
import { type Command, CommandError } from "./command.ts";
import { PAPER_COMMAND } from "./paper-command.ts";
import { SCREEN_COMMANDS } from "./screen-commands.ts";
import { TABLE_COMMANDS } from "./table-commands.ts";

/** In the order in which `ablate ui` carries out its flags: what the table has, then what the charts show of it. */
export const COMMANDS: readonly Command[] = [
  ...TABLE_COMMANDS,
  ...CHART_COMMANDS,
  PAPER_COMMAND,
  ...SCREEN_COMMANDS,
];

/** A flag of `ablate ui`, which carries out the command of its name at the beginning. */
export type UiFlag = {
  readonly name: string;
  readonly value: string;
  /** Every value that makes sense, where there are but a few. */
  readonly choices?: readonly string[];
  readonly help: string;
};

export const UI_FLAGS: readonly UiFlag[] = COMMANDS.filter(({ isFlag }) => isFlag === true).map(
  ({ name, usage, help }) => {
    const choices = usage.split("|");
    if (choices.length > 1) {
      return { name, value: "NAME", choices, help: `${help}: ${choices.join(", ")}` };
    }
    return { name, value: usage.toUpperCase().replace(/[ ,].*/, ""), help };
  },
);

/** What is to be carried out at the beginning: the name of a command, and what follows it. */
export type FirstCommand = { readonly name: string; readonly text: string };

/** Returns the command of a name or of another word for it. */
export function commandNamed(word: string): Command | undefined {
  const name = word.toLowerCase();
  return COMMANDS.find((one) => one.name === name || one.aliases?.includes(name));
}

/** Splits a line into the word of its command and what follows. */
export function commandOf(line: string): { readonly word: string; readonly text: string } {
  const [, word = "", text = ""] = /^\s*:*\s*(\S*)\s*(.*)$/s.exec(line) ?? [];
  return { word, text: text.trim() };
}

/**
 * Carries out a line.
 *
 * @throws CommandError - if it makes no sense
 */
export function carryOut(state: State, line: string, context: Context): State | Effect {
  const { word, text } = commandOf(line);
  if (word === "") return state;
  const command = commandNamed(word);
  if (command !== undefined) return command.run(state, text, context);
  const names = COMMANDS.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  throw new CommandError(`there is no command "${word}"${hint(word, names)}`);
}
