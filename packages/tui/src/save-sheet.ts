import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { csvOf } from "./csv.ts";
import type { Session } from "./session.ts";

/** Writes what is shown to a new file in the folder; says where it is or why not. */
export function saveSheet(session: Session, folder: string): string {
  const { sheet } = session;
  const { view } = session.state.settings;
  for (let i = 1; ; i++) {
    const name = `ablate-${view}${i === 1 ? "" : `-${i}`}.csv`;
    if (existsSync(resolve(folder, name))) continue;
    try {
      writeFileSync(resolve(folder, name), csvOf(sheet), { flag: "wx" });
      return `${sheet.rows.length} rows written to ${name}`;
    } catch (error) {
      return `cannot write ${name}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}
