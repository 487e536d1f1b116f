/** Plays a scripted session of a program in a real terminal and records it. */
import { type IPty, spawn } from "@lydell/node-pty";
import headless from "@xterm/headless";
import type { Cast, CastEvent } from "./cast.ts";
import type { ScreenSize } from "./screen.ts";

export type Scene = {
  /** What is typed, as the terminal sends it. */
  readonly type?: string;
  /** What is said about it: a key, two spaces and what it does. */
  readonly caption: string;
  /** What must be on the screen before the scene is over. */
  readonly until?: RegExp;
  /** How long the program is left to go on by itself before the screen is taken. */
  readonly waitMs?: number;
  /** For how long the recording shows it. */
  readonly seconds: number;
};

export type Program = {
  readonly command: readonly [string, ...string[]];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly size: ScreenSize;
  readonly title: string;
};

const PATIENCE_MS = 60_000;
/** A screen that has not changed for so long has been drawn; of one that goes on by itself, a frame of it. */
const QUIET_MS = 250;
const BETWEEN_FRAMES_MS = 40;

/** Plays the scenes one after another; the times of the recording are those of the scenes, not of the machine. */
export async function recordCast(
  { command: [file, ...args], folder, environment, size, title }: Program,
  scenes: readonly Scene[],
): Promise<Cast> {
  const { columns: cols, rows } = size;
  const pty = spawn(file, args, {
    cols,
    rows,
    cwd: folder,
    env: environment,
    name: "xterm-256color",
  });
  const watched = new Watched(pty, size);
  const events: CastEvent[] = [];
  let seconds = 0;
  for (const scene of scenes) {
    const { type = "", caption } = scene;
    if (type !== "") pty.write(type);
    await watched.settled(scene);
    if (type !== "") events.push({ seconds, kind: "input", text: type });
    events.push({ seconds, kind: "marker", text: caption });
    events.push({ seconds, kind: "output", text: watched.take() });
    seconds = Math.round((seconds + scene.seconds) * 1000) / 1000;
  }
  pty.kill();
  return { size, title, events };
}

/** What the program has written and what is on its screen. */
class Watched {
  readonly #screen: headless.Terminal;
  #output = "";
  #lastMs = Date.now();

  constructor(pty: IPty, { columns: cols, rows }: ScreenSize) {
    this.#screen = new headless.Terminal({ cols, rows, allowProposedApi: true });
    pty.onData((text) => {
      this.#output += text;
      this.#lastMs = Date.now();
      this.#screen.write(text);
    });
    this.#screen.onData((answer) => pty.write(answer));
  }

  /** Takes what was written since the last time. */
  take(): string {
    const taken = this.#output;
    this.#output = "";
    return taken;
  }

  /** Waits until a scene's screen is there. @throws Error - if it does not come */
  async settled({ type = "", until = /\S/, waitMs = 0, caption }: Scene): Promise<void> {
    const begin = Date.now();
    const isOver = () =>
      (type === "" || this.#output !== "") &&
      Date.now() - begin >= waitMs &&
      Date.now() - this.#lastMs >= (waitMs > 0 ? BETWEEN_FRAMES_MS : QUIET_MS) &&
      until.test(this.#text);
    while (!isOver()) {
      if (Date.now() - begin > PATIENCE_MS) {
        throw new Error(`"${caption}": ${until} does not come; the screen is\n${this.#text}`);
      }
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  get #text(): string {
    const { active } = this.#screen.buffer;
    return Array.from({ length: this.#screen.rows }, (_, row) =>
      active.getLine(active.baseY + row)?.translateToString(true),
    ).join("\n");
  }
}
