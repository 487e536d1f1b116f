/**
 * The pictures of docs/diagnostics.md: after a line `<!-- KIND: RUN ... -->` comes a block with what the command
 * in its first line prints of that run, cut to what the section is about.
 */

/** What `ablate ARGUMENTS` prints. */
export type Ablate = (...args: readonly string[]) => string;

const PICTURE = /(<!-- (findings|profile|ratios|loss): (.*) -->\n```text\n)[\s\S]*?(```\n)/g;

const KINDS: Readonly<Record<string, (ablate: Ablate, ...words: string[]) => string>> = {
  /** `RUN RULE`: the finding, and the one that it follows from. */
  findings: (ablate, run = "", rule = "") => {
    const [head = "", ...lines] =
      ablate("diagnose", run).split("\n\n")[0]?.trimEnd().split("\n") ?? [];
    const isOurs = (line = "") => line.trim().startsWith(`${rule}, since`);
    const at = lines.findIndex(isOurs);
    const root = lines.findLastIndex((line, i) => i < at && /^ {2}\S/.test(line));
    const end = lines.findIndex((line, i) => i > root && /^ {2}\S/.test(line));
    const entry = lines.slice(root, end < 0 ? lines.length : end);
    const own = lines.slice(at - 1, at + 1);
    const shown = at === root + 1 ? own : [...entry.slice(0, 2), ...own];
    const more = shown.length < entry.length ? ["           ..."] : [];
    return [`$ ablate diagnose ${run}`, head, ...shown, ...more].join("\n");
  },
  /** `RUN init|end` */
  profile: (ablate, run = "", when = "") => {
    const [, ...profiles] = ablate("diagnose", run).trimEnd().split("\n\n");
    const profile = when === "init" ? profiles[0] : profiles.at(-1);
    return [`$ ablate diagnose ${run}`, "...", profile].join("\n");
  },
  /** `RUN` */
  ratios: (ablate, run = "") => {
    const lines = ablate("show", run).split("\n");
    const first = lines.findIndex((line) => line.startsWith("parameters, update ratios"));
    const weights = lines
      .slice(first + 2)
      .filter((line) => /^ {2}(hidden\d+|output)\.weight/.test(line));
    return [`$ ablate show ${run}`, "...", ...lines.slice(first, first + 2), ...weights].join("\n");
  },
  /** `RUN LEVEL FROM TO` */
  loss: (ablate, run = "", level = "", from = "", to = "") => {
    const sql = `select step, round(min, 2) as min, round(mean, 2) as mean, round(max, 2) as max from curve where run = 'diagnostics/${run}' and series = 'loss' and level = ${level} and step between ${from} and ${to} order by step`;
    return `$ ablate query "${sql}"\n${ablate("query", sql).trimEnd()}`;
  },
};

/** The page with its pictures drawn anew. */
export function drawPictures(page: string, ablate: Ablate): string {
  return page.replace(PICTURE, (_, head: string, kind: string, words: string, tail: string) => {
    const draw = KINDS[kind];
    return draw === undefined ? "" : `${head}${draw(ablate, ...words.split(" "))}\n${tail}`;
  });
}

/** Command lines that train the runs of the page; the last one on the first 60 names. */
export function trainingCommands(config: string, fewNames: string): readonly (readonly string[])[] {
  return [
    ["run", config, "--only", "-few", "--quiet"],
    [
      ...["run", config, "--only", "few", "--quiet"],
      ...["--set", `data.file=${fewNames}`, "--set", "record.evaluate=end"],
    ],
  ];
}
