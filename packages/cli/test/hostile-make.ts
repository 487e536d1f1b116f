/** Stores and texts of somebody who wants to do harm, and a terminal that notices. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sealed } from "@ablate/text";
import { type Ended, onTerminalOf } from "./make.ts";

/** A title, a colour, the same in C1, a reversed and an isolated rest, something without width, and a line of its own. */
export const CURSE =
  "\x1b]0;PWNED\x07\x1b[31m\u009b31m\u202e\u2066\u200b\u{e0041}\u2028\r\nFAKE\tx";

export const GRID: string = `small${CURSE}`;
export const RUN: string = `small/plain${CURSE}`;

/** Texts that a store takes only as they are, or in which a reader looks for known words. */
const FIXED: ReadonlySet<string> = new Set([
  ...["run.hash", "run.state", "run.config", "run.provenance", "run.claim", "run.family"],
  ...["eval.split", "eval.statistics", "finding.level", "checkpoint.sha256", "param.shape"],
  ...["param.layer_kind", "param.role", "probe_layer.kind", "diagnosis.thresholds", "seal.made"],
]);

const TEXTS = `
  select m.name as tab, c.name as col from sqlite_schema m join pragma_table_info(m.name) c
  where m.type = 'table' and m.name not like 'sqlite_%' and upper(c.type) = 'TEXT'`;

/** Puts the curse into every text that a store has, and takes the digests away, which would tell. */
export function curse(path: string): void {
  change(path, (database) => {
    for (const table of ["digest", "seal", "name_digest", "grid_digest"]) {
      database.exec(`delete from ${table}`);
    }
    database.exec(`
      insert into run_note select id, 'noted' from run;
      insert into grid_note select id, 'noted' from grid;
      insert into tag select id, 'tagged' from run;
      insert into grid_tag select id, 'tagged' from grid`);
    for (const { tab, col } of database.prepare(TEXTS).all()) {
      if (FIXED.has(`${tab}.${col}`)) continue;
      database.prepare(`update "${tab}" set "${col}" = "${col}" || ?`).run(CURSE);
    }
    database
      .prepare("update run set config = json_set(config, '$.data.file', ?), error = ?, reason = ?")
      .run(CURSE, CURSE, CURSE);
    database
      .prepare(
        `update run set provenance = (select json_group_object(key, iif(type = 'text', ?, value))
          from json_each(run.provenance))`,
      )
      .run(CURSE);
    database.prepare("insert into eval values (1, ?, 'running', 7, 1)").run(CURSE);
  });
}

/** A SELECT that never ends. */
export const ENDLESS = `with recursive c(i) as (select 1 union all select i + 1 from c) select * from c`;

/** Makes every view of a store one without an end. */
export function bewitch(path: string): void {
  change(path, (database) => {
    const names = "select name from sqlite_schema where type = 'view'";
    for (const { name } of database.prepare(names).all()) {
      database.exec(`drop view "${name}"; create view "${name}" as ${ENDLESS}`);
    }
  });
}

/** Changes a store as another program does. */
export function change(path: string, work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  work(database);
  database.close();
}

/** Our styles, which no hostile text has. */
const STYLE = ["\x1b[38;5;7m", "\x1b[39m"] as const;
const OWN = new RegExp(
  [
    ...[/\[(?:38;5;7|39)m/, /\[\d*[AJK]/, /\[\?7[lh]/].map(({ source }) => `\x1b${source}`),
    "\r(?!\n)",
  ].join("|"),
  "g",
);

/** Runs a command line on a terminal that rewrites lines and has colours. */
export function onTerminal(folder: string, ...args: readonly string[]): Promise<Ended> {
  const paint = (_: string, text: string): string => sealed(STYLE[0]) + text + sealed(STYLE[1]);
  return onTerminalOf(folder, args, {
    paint,
    paintWarning: paint,
    rewrites: true,
    columns: () => 100,
    rows: () => 30,
    outputColumns: () => 100,
    environment: { NO_COLOR: "1", ABLATE_STORE: join(folder, "ablate.db") },
  });
}

/** Returns what a text would do to a terminal beside showing lines, and lines that it has made up. */
export function harmIn(text: string): string[] {
  const shown = text.replace(OWN, "");
  const sent = shown.match(/[^\n\P{C}]|[\u2028\u2029]/gu) ?? [];
  const faked = shown.split("\n").filter((line) => line.startsWith("FAKE"));
  return [...new Set(sent.map((char) => JSON.stringify(char))), ...faked];
}
