/** Where this command prints: what it found to stdout, what it is doing to stderr. */
export class Terminal {
  readonly #rewrites: boolean;
  #drawn = "";

  /** Takes the streams of this process; a reader that went away ends output, not the work. */
  constructor() {
    const { stdout, stderr, env } = process;
    for (const stream of [stdout, stderr]) stream.on("error", () => {});
    this.#rewrites = stderr.isTTY === true && !env.CI && env.TERM !== "dumb";
  }

  result(sentence: string): void {
    this.#endBar();
    process.stdout.write(`${sentence}\n`);
  }

  note(sentence: string): void {
    this.#endBar();
    process.stderr.write(`${sentence}\n`);
  }

  /** Says how far a piece of work is: one line that is rewritten on a terminal, a line every quarter elsewhere. */
  progress(what: string, done: number, total: number): void {
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const line = `  ${what}${this.#rewrites ? bar(share) : quarter(share)} % of ${size(total)}`;
    if (line === this.#drawn) return;
    this.#drawn = line;
    process.stderr.write(this.#rewrites ? `\r${line}` : `${line}\n`);
    if (this.#rewrites && done >= total) this.#endBar();
  }

  /** Shows the cursor again, which a program that drew a bar of its own may have left hidden. */
  restore(): void {
    if (this.#rewrites) process.stderr.write("\x1b[?25h");
  }

  #endBar(): void {
    if (this.#rewrites && this.#drawn !== "") process.stderr.write("\n");
    this.#drawn = "";
  }
}

/** Bytes for people: `274 MB`, `1.2 GB`. */
export function size(bytes: number): string {
  if (bytes >= 999.5e6) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
}

const CELLS = 30;

function bar(share: number): string {
  const full = Math.round(share * CELLS);
  const percent = `${Math.floor(share * 100)}`.padStart(3);
  return ` ${"█".repeat(full)}${"░".repeat(CELLS - full)} ${percent}`;
}

function quarter(share: number): string {
  return `: ${Math.floor(share * 4) * 25}`;
}
