/** Writes the last lines that a run has printed; call it inside transactions. */
import type { Statements } from "../file/statements.ts";
import type { PrintedLines } from "./record.ts";

/** Lines that are kept of a run: what one scrolls back to. */
const KEPT_LINES = 1000;

/** A line is cut there: a program may print a file in one. */
const LONGEST = 2000;

export function addConsoleLines(
  sql: Statements,
  runId: number,
  { leftOut, lines }: PrintedLines,
): void {
  const last = "select max(line) from console_line where run_id = ?";
  const first = (sql.value<number | null>(last, runId) ?? -1) + 1 + leftOut;
  const end = first + lines.length;
  for (const [i, { atMs, stream, text }] of lines.entries()) {
    const line = first + i;
    if (line < end - KEPT_LINES) continue;
    const columns = { at_ms: atMs, stream, text: text.slice(0, LONGEST) };
    sql.insert("console_line", { run_id: runId, line, ...columns });
  }
  sql.run("delete from console_line where run_id = ? and line < ?", runId, end - KEPT_LINES);
}
