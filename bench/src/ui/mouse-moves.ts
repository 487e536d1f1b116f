/** Milliseconds and bytes from a movement of the mouse in a chart to the frame with its crosshair. */
import type { Size } from "./command.ts";
import { isComplete } from "./first-frame.ts";
import { Program } from "./program.ts";
import { environmentFor, METRICS } from "./settings.ts";

export type MoveCost = { readonly ms: number; readonly bytes: number };

const MOVES = 20;

/** What a terminal sends where the pointer is at a cell, as SGR 1006 writes it. */
function moveTo(column: number, row: number): string {
  return `\x1b[<35;${column + 1};${row + 1}M`;
}

/** Moves over the first chart, some cells at a time. */
export async function measureMoves(store: string, folder: string, size: Size): Promise<MoveCost[]> {
  const env = environmentFor(folder, store, { metrics: METRICS });
  const program = new Program({ args: ["ui", "--store", store, "--view", "charts"], size, env });
  await program.until((screen) => isComplete(screen, "charts"));
  await program.frameAfter("?"); // answered when Ink is there
  await program.press("\x1b");
  const costs: MoveCost[] = [];
  for (let i = 0; i < MOVES; i++) {
    const before = program.bytes;
    const ms = await program.press(moveTo(12 + 2 * i, 8));
    if (ms !== null) costs.push({ ms, bytes: program.bytes - before });
  }
  await program.quit();
  if (costs.length < MOVES / 2) throw new Error(`only ${costs.length} of ${MOVES} movements drew`);
  return costs;
}
