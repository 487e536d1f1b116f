/** What the user should know of a plan before it is stored: why its runs get other names, which other configs it has. */
import { basename } from "node:path";
import type { PlannedRun } from "@ablate/runner";
import { type Difference, type PlanPreview, settingOfKey } from "@ablate/store";
import { ellipsis, firstOf, listed, shellWord } from "@ablate/text";
import { few } from "../print/few.ts";
import type { Planned } from "./planning.ts";

/** Of more runs than this a note of two names each names the first only. */
const MOST_PAIRS = 2;

/** Returns why runs get other names than the planned ones, and the other configs of the grid. */
export function planNotes(planned: Planned): readonly string[] {
  return [...nameNotes(planned.runs, planned.preview), ...otherConfigs(planned)];
}

/** Names the runs of the grid that its configs no longer have. */
export function leftNotes({ left }: PlanPreview): readonly string[] {
  if (left.length === 0) return [];
  const [runs, shows] =
    left.length === 1 ? ["1 run is", "it"] : [`${left.length} runs are`, "them"];
  const names = few(left);
  return [
    `${runs} left from earlier plans: ${names}; compare, report and ui show ${shows} with --all`,
  ];
}

/** Says of the stored runs that have planned names what makes the planned ones others; once where that is the same. */
function nameNotes(runs: readonly PlannedRun[], { names }: PlanPreview): string[] {
  const found = runs.flatMap(({ hash }) => {
    const { name = "", instead = null } = names.get(hash) ?? {};
    return instead === null ? [] : [{ name, run: instead.run, why: whyOther(instead.differences) }];
  });
  return [...Map.groupBy(found, ({ why }) => why)].map(([why, some]) => {
    const [stored, planned] = [some.map(({ run }) => run), some.map(({ name }) => name)].map(
      (list) => firstOf(list, list.length > MOST_PAIRS ? 1 : MOST_PAIRS),
    );
    return some.length === 1
      ? `${stored} is stored with ${why}: ${planned} is a run of its own`
      : `${stored} are stored with ${why}: ${planned} are runs of their own`;
  });
}

/** Values longer than this are cut. */
const LONGEST_VALUE = 60;

function whyOther(differences: readonly Difference[]): string {
  const texts = differences.map(({ key, first, second }) => {
    if (key === "data") return "other data";
    const [stored, planned] = [first, second].map((value) =>
      value === undefined ? "nothing" : ellipsis(settingOfKey(key, value).text, LONGEST_VALUE),
    );
    if (stored !== planned) return `${key} ${stored}, not ${planned}`;
    return `${key} ${JSON.stringify(first)}, not ${JSON.stringify(second)}`;
  });
  return texts.length === 0 ? "its config as another version resolved it" : listed(texts);
}

/** Names the configs that share a grid with the one that is planned. */
function otherConfigs({
  preview: { others },
  grid: { name, origin },
  config,
  shown,
}: Planned): string[] {
  if (origin === undefined || others.length === 0) return [];
  const nameOf = (path: string): string => (basename(path) === "-" ? "<stdin>" : shown(path));
  const paths = others.map((path) =>
    origin.missing.has(path) && basename(path) !== "-"
      ? `${nameOf(path)} (which is gone)`
      : nameOf(path),
  );
  const command = `ablate run ${shellWord(config.file)} --replace`;
  return [
    `the grid ${name} is shared by ${listed([...paths, nameOf(origin.config)])}: the runs of all of them are current; rename the grid in one of them, or mark the runs of the others as left: \`${command}\``,
  ];
}
