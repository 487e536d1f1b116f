/** Milliseconds from the command to its first complete frame, and what a user waits for anyway. */
import { fileURLToPath } from "node:url";
import { Program } from "./program.ts";
import { environmentFor } from "./settings.ts";

const SIZE = { columns: 120, rows: 40 };

export type FirstFrame = {
  readonly runs: number;
  readonly charts: number;
  readonly layers: number;
  readonly findings: number;
  /** Until a key that is typed at the first frame is answered; Ink is loaded after that frame. */
  readonly answered: number;
  readonly launcher: number;
  readonly node: number;
  readonly ink: number;
};

/** One round of each, in turn. */
export async function measureFirstFrame(store: string, folder: string): Promise<FirstFrame> {
  const runs = await start(store, folder, "runs");
  const charts = await start(store, folder, "charts");
  const layers = await start(store, folder, "layers");
  const findings = await start(store, folder, "findings");
  return {
    runs: runs.shown,
    charts: charts.shown,
    layers: layers.shown,
    findings: findings.shown,
    answered: runs.answered,
    launcher: await timeToExit({ args: ["--version"] }),
    node: await timeToExit({ command: process.execPath, args: ["-e", "0"] }),
    ink: await timeToLine(),
  };
}

async function start(
  store: string,
  folder: string,
  view: FirstView,
): Promise<{ readonly shown: number; readonly answered: number }> {
  const args = ["ui", "--store", store, "--view", view];
  const program = new Program({ args, size: SIZE, env: environmentFor(folder, store) });
  const shown = await program.until((screen) => isComplete(screen, view));
  await program.frameAfter("?");
  const answered = await program.until((screen) =>
    screen.some((row) => row.includes("esc closes")),
  );
  await program.quit();
  return { shown, answered };
}

/** Texts of what a view draws first and last. */
const BODIES = {
  runs: ["kaiming 5", "loss at init"],
  charts: ["loss, nats"],
  layers: ["▶ hidden1", "└hidden1"],
  findings: [" warnings ", "docs/diagnostics.md explains"],
} as const;

type FirstView = keyof typeof BODIES;

/** The first line, the last one, and all that is between them. */
export function isComplete(screen: readonly string[], view: FirstView): boolean {
  const has = (text: string): boolean => screen.some((row) => row.includes(text));
  return (
    BODIES[view].every(has) &&
    /\d runs? /.test(screen[0] ?? "") &&
    (screen.at(-1) ?? "").includes("q quit")
  );
}

function timeToExit(start: {
  readonly command?: string;
  readonly args: readonly string[];
}): Promise<number> {
  return new Program({ ...start, size: SIZE }).exit();
}

async function timeToLine(): Promise<number> {
  const script = fileURLToPath(new URL("ink-line.ts", import.meta.url));
  const program = new Program({ command: process.execPath, args: [script], size: SIZE });
  const shown = await program.until((screen) => screen.some((row) => row.includes("one line")));
  await program.exit();
  return shown;
}
