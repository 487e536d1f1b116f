/** Tells a user who looks at something else that work has ended: by the terminal's bell, by a notification of the desktop. */
import { visible } from "./terminal-text.ts";

export const NOTICES = ["bell", "desktop", "both"] as const;

/** How it is told. */
export type Notice = (typeof NOTICES)[number];

type Environment = Readonly<Record<string, string | undefined>>;

const BELL = "\x07";

/** Ends an operating system command; the other end, ESC \\, would end what wraps it, too. */
const END = BELL;

/** Returns what makes a terminal tell a text; nothing of the text can steer it. */
export function notification(text: string, notice: Notice, environment: Environment): string {
  const bell = notice === "desktop" ? "" : BELL;
  if (notice === "bell") return bell;
  return throughMultiplexer(desktopSequence(visible(text), environment), environment) + bell;
}

/**
 * OSC 777, of urxvt, foot, GNOME Terminal and their like, has a title; OSC 9, of iTerm2, kitty, Windows Terminal, Konsole
 * and others, a text alone. A terminal that knows both would show both, one that knows neither shows nothing.
 */
function desktopSequence(text: string, environment: Environment): string {
  if (!hasTitles(environment)) return `\x1b]9;${text}${END}`;
  const [title = "", ...rest] = text.split(": ");
  // A semicolon would begin another part.
  return `\x1b]777;notify;${title};${rest.join(": ").replaceAll(";", ",")}${END}`;
}

function hasTitles({ TERM = "", TERM_PROGRAM = "", VTE_VERSION = "" }: Environment): boolean {
  return (
    /^(?:rxvt|foot)/.test(TERM) || /^(?:ghostty|WezTerm)$/.test(TERM_PROGRAM) || VTE_VERSION !== ""
  );
}

/** Wraps a sequence so that tmux (with `allow-passthrough`) or screen hands it to the terminal around it. */
export function throughMultiplexer(sequence: string, { TMUX, TERM }: Environment): string {
  if (TMUX) return `\x1bPtmux;${sequence.replaceAll("\x1b", "\x1b\x1b")}\x1b\\`;
  return TERM?.startsWith("screen") ? `\x1bP${sequence}\x1b\\` : sequence;
}
