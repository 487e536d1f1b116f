import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import { drawOnce } from "../src/draw-once.ts";
import { sampleStore } from "./samples.ts";
import { ABLATE, environmentAt, type Size } from "./terminal.ts";

const hasTmux = spawnSync("tmux", ["-V"]).status === 0;
const tmuxTest = test.skipIf(!hasTmux && !process.env.CI);

const SIZES: readonly Size[] = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 200, rows: 50 },
];

tmuxTest(
  "tmux shows one clean frame at every size, and the shell with its lines after q",
  async () => {
    const store = sampleStore();
    const tmux = startShell(dirname(store));
    tmux("send-keys", "for i in $(seq 100); do echo before-$i; done", "Enter");
    await vi.waitFor(() => expect(tmux("capture-pane", "-p")).toContain("before-100"), PATIENCE);

    tmux("send-keys", `'${ABLATE}' ui --store ablate.db`, "Enter");
    for (const { columns, rows } of SIZES) {
      tmux("resize-window", "-x", `${columns}`, "-y", `${rows}`);
      const frame = frameOf(store, { columns, rows });
      await vi.waitFor(() => expect(linesOf(tmux("capture-pane", "-p"))).toEqual(frame), PATIENCE);
    }
    for (const [key, view] of [
      ["5", "layers"],
      ["6", "findings"],
    ] as const) {
      tmux("send-keys", key);
      for (const { columns, rows } of SIZES) {
        tmux("resize-window", "-x", `${columns}`, "-y", `${rows}`);
        const frame = frameOf(store, { columns, rows }, view);
        const shown = () => linesOf(tmux("capture-pane", "-p"));
        await vi.waitFor(() => expect(shown()).toEqual(frame), PATIENCE);
      }
    }
    tmux("send-keys", "q");

    await vi.waitFor(
      () => expect(tmux("capture-pane", "-p").trimEnd()).toMatch(/ready>$/),
      PATIENCE,
    );
    const lines = linesOf(tmux("capture-pane", "-p", "-S", "-"));
    expect(lines).toEqual(expect.arrayContaining(["before-1", "before-50", "before-100"]));
  },
);

tmuxTest("the mouse works through tmux, which gets it back", async () => {
  const tmux = startShell(dirname(sampleStore()));
  tmux("set-option", "-g", "mouse", "on");
  tmux("send-keys", `'${ABLATE}' ui --store ablate.db`, "Enter");
  const shown = () => tmux("capture-pane", "-p");
  const isAsked = () => tmux("display-message", "-p", "#{mouse_sgr_flag}#{mouse_any_flag}").trim();
  await vi.waitFor(() => expect(shown()).toContain("1 Runs"), PATIENCE);
  expect(isAsked()).toBe("11");

  const column = (shown().split("\n")[1] ?? "").indexOf("6 Findings") + 2;
  tmux("send-keys", "-l", `\x1b[<0;${column};2M\x1b[<0;${column};2m`);
  await vi.waitFor(() => expect(shown()).toMatch(/errors?|warnings?/), PATIENCE);
  tmux("send-keys", "q");

  await vi.waitFor(() => expect(shown().trimEnd()).toMatch(/ready>$/), PATIENCE);
  expect(isAsked()).toBe("00");
});

const PATIENCE = { timeout: 60_000, interval: 50 };

/** A shell in a tmux server of its own, which ends with the test; gives its commands. */
function startShell(folder: string): (...command: readonly string[]) => string {
  const env = environmentAt(folder, { PS1: "ready> " });
  const socket = `${folder}/tmux`;
  const tmux = (...command: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync("tmux", ["-u", "-S", socket, ...command], {
      cwd: folder,
      encoding: "utf8",
      env,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    return stdout;
  };
  const size = ["-x", "100", "-y", "30"];
  tmux("-f", "/dev/null", "new-session", "-d", ...size, "bash", "--norc", "--noprofile", "-i");
  onTestFinished(() => void tmux("kill-server"));
  return tmux;
}

function frameOf(store: string, size: Size, view = "runs"): string[] {
  const theme = { depth: "256", background: "dark" } as const;
  const drawn = drawOnce({ store, size, view, glyphs: "braille", theme });
  return linesOf(stripVTControlCharacters(drawn));
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .slice(0, -1);
}
