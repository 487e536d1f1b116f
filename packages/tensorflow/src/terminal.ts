/** Where this command prints: what it found to stdout, what it is doing to stderr. */
export type Terminal = {
  readonly result: (sentence: string) => void;
  readonly note: (sentence: string) => void;
  /** How far a piece of work is: one line that is rewritten on a terminal, a line every quarter elsewhere. */
  readonly progress: (what: string, done: number, total: number) => void;
  /** Shows the cursor again, which a program that drew a bar of its own may have left hidden. */
  readonly restore: () => void;
};

/** The terminal of this process; a reader that went away ends output, not the work. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  for (const stream of [stdout, stderr]) stream.on("error", () => {});
  const rewrites = stderr.isTTY === true && !env.CI && env.TERM !== "dumb";
  let drawn = "";
  const endBar = (): void => {
    if (rewrites && drawn !== "") stderr.write("\n");
    drawn = "";
  };
  return {
    restore: () => {
      if (rewrites) stderr.write("\x1b[?25h");
    },
    result: (sentence) => {
      endBar();
      stdout.write(`${sentence}\n`);
    },
    note: (sentence) => {
      endBar();
      stderr.write(`${sentence}\n`);
    },
    progress: (what, done, total) => {
      const line = rewrites ? bar(what, done, total) : quarter(what, done, total);
      if (line === drawn) return;
      drawn = line;
      stderr.write(rewrites ? `\r${line}` : `${line}\n`);
      if (rewrites && done >= total) endBar();
    },
  };
}

/** Bytes for people: `274 MB`, `1.2 GB`. */
export function size(bytes: number): string {
  if (bytes >= 999.5e6) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
}

const CELLS = 30;

function bar(what: string, done: number, total: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const full = Math.round(share * CELLS);
  const percent = `${Math.floor(share * 100)}`.padStart(3);
  return `  ${what} ${"█".repeat(full)}${"░".repeat(CELLS - full)} ${percent} % of ${size(total)}`;
}

function quarter(what: string, done: number, total: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  return `  ${what}: ${Math.floor(share * 4) * 25} % of ${size(total)}`;
}
