/** What is asked of a store with a flipped byte, and what came of it. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { configDamage } from "@ablate/runner";
import { checkStore, openReader } from "@ablate/store";
import { ablate, type Ended } from "../make.ts";

/** An answer: what is shown, and what is said beside it. */
export type Answer = { readonly shown: string; readonly said: string; readonly status: number };

type Question = {
  readonly name: string;
  /** It has to name a damaged run itself: what it shows is a table or a page of results. */
  readonly isTable: boolean;
  /** It takes much longer than the others. */
  readonly isSlow?: boolean;
  readonly ask: (folder: string) => Promise<Answer> | Answer;
};

const RUN = "old/plain-seed=1";

function command(isTable: boolean, line: string): Question {
  return {
    name: line,
    isTable,
    ask: async (folder) => answerOf(await ablate(folder, ...line.split(" "))),
  };
}

/** Asks for a file, which is what is shown. */
function fileOf(isTable: boolean, line: string, file: string): Question {
  return {
    name: line,
    isTable,
    ask: async (folder) => {
      const path = join(folder, file);
      rmSync(path, { force: true });
      const { said, status } = answerOf(await ablate(folder, ...line.split(" "), "-o", file));
      const shown = existsSync(path) ? readFileSync(path, "latin1") : "";
      return { said, status, shown: shown.replace(/on [-\d]+ [\d:]+ UTC/, "") };
    },
  };
}

function answerOf({ stdout, stderr, status }: Ended): Answer {
  return { shown: stdout, said: stderr, status: status ?? 1 };
}

const QUERIES = [
  "select * from runs",
  "select * from evals",
  "select * from samples",
  "select * from findings",
  "select * from loss",
  "select * from curve where level > 16",
  "select * from layer_stats",
];

const query: Question = {
  name: "query",
  isTable: false,
  ask: (folder) =>
    reading(() => {
      const reader = openReader(join(folder, "ablate.db"));
      try {
        return QUERIES.map((sql) => JSON.stringify(reader.query(sql))).join("\n");
      } finally {
        reader.close();
      }
    }),
};

const imported: Question = {
  name: "import",
  isTable: false,
  isSlow: true,
  ask: async (folder) => {
    const to = join(folder, "to.db");
    for (const suffix of ["", "-wal", "-shm"]) rmSync(to + suffix, { force: true });
    const import_ = answerOf(await ablate(folder, "import", "ablate.db", "--store", to));
    const listed = await ablate(folder, "runs", "--json", "--store", to);
    return { ...import_, shown: import_.shown + listed.stdout };
  },
};

export const QUESTIONS: readonly Question[] = [
  command(true, "runs --json"),
  command(true, "compare old --json"),
  command(true, `show ${RUN} --json`),
  { ...command(true, "show old/normed-seed=1"), isSlow: true },
  command(true, `diff ${RUN} old/normed-seed=1`),
  command(true, "ui --once --size 160x40"),
  command(true, "ui --once --size 160x40 --view compare"),
  { ...fileOf(true, "report old", "report.html"), isSlow: true },
  command(true, `ui --once --size 160x40 --view run --run ${RUN}`),
  command(true, `ui --once --size 160x40 --view layers --run ${RUN}`),
  command(false, "diagnose old --json"),
  command(false, `config ${RUN}`),
  command(false, `sample ${RUN} --count 3`),
  command(false, "export old --format csv -o -"),
  fileOf(false, `export ${RUN}`, "weights.safetensors"),
  query,
  imported,
];

/** Says whether `doctor` would find something. */
export function isFound(folder: string): boolean {
  return checkStore(join(folder, "ablate.db"), { configDamage }).some(({ ok }) => !ok);
}

function reading(read: () => string): Answer {
  try {
    return { shown: read(), said: "", status: 0 };
  } catch (error) {
    return { shown: "", said: String(error), status: 1 };
  }
}
