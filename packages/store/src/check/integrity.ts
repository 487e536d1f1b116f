import { statSync } from "node:fs";
import { counted } from "@ablate/text";
import type { Database } from "better-sqlite3";
import { RECOVER } from "../file/opening.ts";
import { type CheckContext, fine, listed, repaired, type StoreCheck, wrong } from "./check.ts";

const CHECK = "integrity";

/** In larger files indices are not held against their tables: that takes long. */
const THOROUGH_BYTES = 200e6;
const MOST_PROBLEMS = 100;

/** SQLite's own check of every page; an index that is wrong is built anew. */
export function checkIntegrity({ database, path, isRepairing }: CheckContext): StoreCheck {
  const isThorough = statSync(path).size < THOROUGH_BYTES;
  const problems = problemsOf(database, isThorough);
  if (problems.length === 0) {
    return fine(CHECK, `intact (${isThorough ? "integrity_check" : "quick_check"})`);
  }
  const found = `${counted(problems.length, "problem")}: ${listed(problems)}`;
  if (!isRepairing || !problems.every((problem) => /\bindex\b/.test(problem))) {
    return wrong(CHECK, `${found}; ${RECOVER}`);
  }
  database.exec("reindex");
  const left = problemsOf(database, isThorough);
  return left.length === 0
    ? repaired(CHECK, `built the indices anew: ${found}`)
    : wrong(CHECK, `${counted(left.length, "problem")}: ${listed(left)}; ${RECOVER}`);
}

function problemsOf(database: Database, isThorough: boolean): string[] {
  const pragma = `${isThorough ? "integrity_check" : "quick_check"}(${MOST_PROBLEMS})`;
  const rows: unknown = database.prepare(`pragma ${pragma}`).pluck().all();
  const texts = Array.isArray(rows) ? rows.map(String) : [];
  return texts.filter((text) => text !== "ok").map((text) => text.replaceAll("\n", " "));
}
