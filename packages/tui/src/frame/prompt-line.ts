/** The line of text that is being typed. */
import { wordsOf } from "../state/prompt.ts";
import type { Prompt } from "../state/state.ts";
import { cutLine, justify, type Line, lineWidth, piece } from "../text/line.ts";
import type { FrameCanvas } from "../views/view.ts";

/** Draws the text that is typed, its cursor, and what it does so far. */
export function promptLine({ state, scene }: FrameCanvas, prompt: Prompt): Line {
  const { columns } = state.size;
  const { label, hint } = wordsOf(prompt);
  const targets = prompt.kind === "annotation" ? prompt.targets : [];
  const chars = [...prompt.text];
  const [target] = targets;
  const one = target === undefined ? "" : ` of ${target}`;
  const about = targets.length > 1 ? ` of ${targets.length} runs` : one;
  const { matches, all, mistake } = scene.table;
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
  const from = Math.max(0, prompt.at - room + 1);
  const typed: Line = [
    piece(chars.slice(from, prompt.at).join("")),
    { text: chars[prompt.at] ?? " ", inverse: true },
    piece(chars.slice(prompt.at + 1, from + room).join("")),
    ...(prompt.text === "" ? [piece(hint, "muted")] : []),
  ];
  return justify([head, ...typed], right, columns);
}
