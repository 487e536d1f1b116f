/** What a command takes of memory. */
import { spawnSync } from "node:child_process";
import { COMMAND } from "./make.ts";

/** What `getrusage` says begins with what the process that started it had, a whole suite; the kernel's own figure does not. */
const SAY_MOST = `
  import { readFileSync } from "node:fs";
  process.on("exit", () => {
    let most = process.resourceUsage().maxRSS;
    try {
      most = Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
    } catch {}
    console.error("most " + most);
  });`;

type Ended = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The most memory that the process has had, in kB. */
  readonly most: number;
};

/** Runs the real command in `folder` to its end. */
export function withMostMemory(folder: string, ...args: readonly string[]): Ended {
  const [node, ...command] = COMMAND;
  const saying = `--import=data:text/javascript,${encodeURIComponent(SAY_MOST)}`;
  const { status, stdout, stderr } = spawnSync(node, [saying, ...command, ...args], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  return { status, stdout, stderr, most: Number(/most (\d+)/.exec(stderr)?.[1]) };
}
