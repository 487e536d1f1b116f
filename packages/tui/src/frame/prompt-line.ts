/** The line of text that is being typed. */
import { commandNamed, commandOf } from "../commands/table.ts";
import { wordsOf } from "../state/prompt.ts";
import type { CommandPrompt, Prompt, State } from "../state/state.ts";
import { cutLine, justify, type Line, lineWidth, piece } from "../text/line.ts";
import type { FrameCanvas } from "../views/view.ts";

/** Returns the cell at which a character of the line stands. */
export function typedColumn(prompt: Prompt | null, at: number): number {
  if (prompt === null) return 0;
  const { label } = wordsOf(prompt);
  return label.length + (prompt.kind === "command" ? 2 : 3) + at;
}

/** Draws a command: at its right what it does, or what is wrong with it. */
function commandLine({ size: { columns }, message }: State, prompt: CommandPrompt): Line {
  const { word } = commandOf(prompt.text);
  const command = commandNamed(word);
  const help = command === undefined ? "" : `${command.name} ${command.usage}: ${command.help}`;
  const said = message === null ? piece(` ${help} `, "muted") : piece(` ${message} `, "bad");
  const head = piece(" :", "accent");
  const least = Math.min(columns - 4, lineWidth([head]) + [...prompt.text].length + 3);
  const right = cutLine([said], Math.max(0, columns - least));
  const room = Math.max(4, columns - lineWidth([head]) - lineWidth(right) - 1);
  const hint = prompt.text === "" ? [piece(wordsOf(prompt).hint, "muted")] : [];
  return justify([head, ...typedLine(prompt, room), ...hint], right, columns);
}

/** Draws as much of a text as there is room for, with its cursor. */
function typedLine({ text, at }: Prompt, room: number): Line {
  const chars = [...text];
  const from = Math.max(0, at - room + 1);
  return [
    { text: chars.slice(from, at).join(""), about: `typed:${from}` },
    { text: chars[at] ?? " ", inverse: true, about: `typed:${at}` },
    { text: chars.slice(at + 1, from + room).join(""), about: `typed:${at + 1}` },
  ];
}

/** Draws the text that is typed, its cursor, and what it does so far. */
export function promptLine({ state, scene }: FrameCanvas, prompt: Prompt): Line {
  const { columns } = state.size;
  const { label, hint } = wordsOf(prompt);
  const targets = prompt.kind === "annotation" ? prompt.targets : [];
  const [target] = targets;
  const one = target === undefined ? "" : ` of ${target}`;
  const about = targets.length > 1 ? ` of ${targets.length} runs` : one;
  const { matches, all, mistake } = scene.table;
  if (prompt.kind === "command") return commandLine(state, prompt);
  const isFilter = prompt.kind === "filter" && prompt.setting === "filter";
  const counts = mistake ?? `${matches.length} of ${all.length} runs`;
  const result = isFilter ? counts : "enter keeps, esc drops";
  const isWrong = isFilter ? mistake !== null : state.message !== null;
  const said = isFilter ? result : (state.message ?? result);
  const right: Line = cutLine(
    [piece(` ${said} `, isWrong ? "bad" : "muted")],
    Math.max(Math.floor(columns / 2), result.length + 2),
  );
  const head = piece(` ${label}${about}: `, "accent");
  const room = Math.max(4, columns - lineWidth([head]) - lineWidth(right) - 1);
  const typed: Line = [
    ...typedLine(prompt, room),
    ...(prompt.text === "" ? [piece(hint, "muted")] : []),
  ];
  return justify([head, ...typed], right, columns);
}
