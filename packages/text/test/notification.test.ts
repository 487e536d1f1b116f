import { expect, test } from "vitest";
import { notification } from "../src/index.ts";

const ENDED = "ablate: quickstart ended: 18 finished; 1 diverged";

test.each([
  ["bell", "bell", {}, "\x07"],
  ["desktop", "desktop", {}, `\x1b]9;${ENDED}\x07`],
  ["both", "both", { TERM: "xterm-256color" }, `\x1b]9;${ENDED}\x07\x07`],
  [
    "a title and a text where a terminal has both",
    "desktop",
    { TERM: "foot" },
    "\x1b]777;notify;ablate;quickstart ended: 18 finished, 1 diverged\x07",
  ],
  [
    "through tmux",
    "both",
    { TMUX: "/tmp/tmux,1,0", TERM: "tmux-256color" },
    `\x1bPtmux;\x1b\x1b]9;${ENDED}\x07\x1b\\\x07`,
  ],
  ["through screen", "desktop", { TERM: "screen" }, `\x1bP\x1b]9;${ENDED}\x07\x1b\\`],
] as const)("%s", (_, notice, environment, sequence) => {
  expect(notification(ENDED, notice, environment)).toBe(sequence);
});

test("a name steers no terminal", () => {
  expect(notification("ablate: \x1b]0;x\x07\n\x9c ended", "desktop", {})).toBe(
    "\x1b]9;ablate: \\u{1b}]0;x\\u{7}⏎\\u{9c} ended\x07",
  );
});
