/** `pnpm bench:logs`: a folder of TensorBoard's event files in the UI: first chart, keys meanwhile, memory, all read. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { positive } from "./machine.ts";
import { columns } from "./table.ts";
import { spread } from "./timings.ts";
import { ABLATE } from "./ui/command.ts";
import { writeEvents } from "./ui/event-folder.ts";
import { Program } from "./ui/program.ts";

const SIZE = { columns: 120, rows: 40 };
const MB = 1e6;
/** Reading everything may take so long on a busy machine. */
const PATIENCE_MS = 600_000;

const scratch = mkdtempSync(join(tmpdir(), "ablate-bench-logs-"));
try {
  await main();
} finally {
  rmSync(scratch, { recursive: true });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "3" },
      runs: { type: "string", default: "200" },
      metrics: { type: "string", default: "20" },
      points: { type: "string", default: "2500" },
      folder: { type: "string" },
    },
  });
  execFileSync(ABLATE, ["--version"]); // builds what is not built
  const folder = values.folder === undefined ? join(scratch, "runs") : resolve(values.folder);
  if (values.folder === undefined) {
    const [runs, metrics, points] = [
      positive("runs", values.runs),
      positive("metrics", values.metrics),
      positive("points", values.points),
    ];
    const bytes = writeEvents(folder, { runs, metrics, points });
    process.stderr.write(`${runs} runs of ${metrics} metrics, ${(bytes / MB).toFixed(0)} MB\n`);
  }
  const rounds: Round[] = [];
  for (let i = 0; i < positive("rounds", values.rounds); i++) {
    rounds.push(await measure(folder, join(scratch, `cache-${i}`)));
  }
  const row = (name: string, of: (round: Round) => number, unit: string): string[] => {
    const { median, low, high } = spread(rounds.map(of));
    const text = (value: number) => (value >= 10 ? value.toFixed(0) : value.toFixed(2));
    return [name, `${text(median)} ${unit}`, `${text(low)} to ${text(high)}`];
  };
  const rows = [
    row("first frame", ({ frame }) => frame / 1000, "s"),
    row("first chart", ({ chart }) => chart / 1000, "s"),
    row("slowest key while logs are read", ({ key }) => key, "ms"),
    row("all is read", ({ all }) => all / 1000, "s"),
    row("most memory of the UI", ({ ui }) => ui / MB, "MB"),
    row("most memory of the process that reads", ({ reader }) => reader / MB, "MB"),
    row("opened again: first chart", ({ again }) => again / 1000, "s"),
  ];
  process.stdout.write(`${columns([["", "median", "lowest to highest"], ...rows]).join("\n")}\n`);
}

type Round = Readonly<
  Record<"frame" | "chart" | "key" | "all" | "ui" | "reader" | "again", number>
>;

async function measure(folder: string, cache: string): Promise<Round> {
  const env = { XDG_CACHE_HOME: cache, XDG_STATE_HOME: cache };
  const program = new Program({ args: ["ui", folder, "--view", "charts"], size: SIZE, env });
  const frame = await program.until((screen) => screen.some((row) => row.includes("1 Runs")));
  const chart = await program.until(hasChart);
  const keys: number[] = [];
  for (const key of ["j", "k", "1", "j", "j", "k", "3", "2"])
    keys.push((await program.press(key)) ?? 0);
  const all = await program.until((screen) => !(screen[0] ?? "").includes("◌"), PATIENCE_MS);
  const [ui, reader] = peaksBelow(program.pid);
  await program.quit();
  const second = new Program({ args: ["ui", folder, "--view", "charts"], size: SIZE, env });
  const again = await second.until(hasChart);
  await second.quit();
  return { frame, chart, key: Math.max(...keys), all, ui, reader, again };
}

/** Whether a curve is drawn. */
function hasChart(screen: readonly string[]): boolean {
  return screen.some((row) => row.includes("│") && /[\u2801-\u28ff]/.test(row));
}

/** Returns the most memory that the UI and the process that reads had so far. */
function peaksBelow(pid: number): readonly [ui: number, reader: number] {
  const pids = [pid, ...childrenOf(pid)].flatMap((one) => [one, ...childrenOf(one)]);
  const all = [...new Set(pids)].map((one) => {
    const command = readFileSync(`/proc/${one}/cmdline`, "latin1");
    const [, kilobytes = "0"] =
      /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${one}/status`, "utf8")) ?? [];
    return { isReader: command.includes("follow-process"), bytes: 1024 * Number(kilobytes) };
  });
  const most = (isReader: boolean) =>
    Math.max(0, ...all.filter((one) => one.isReader === isReader).map(({ bytes }) => bytes));
  return [most(false), most(true)];
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8")
      .split(" ")
      .filter(Boolean)
      .map(Number),
  );
}
