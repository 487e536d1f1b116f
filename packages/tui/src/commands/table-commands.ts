/** Commands about the table of runs: which runs and columns it has, in which order, what is marked. */
import { COLOUR_SLOTS, FilterError, parseFilter } from "@ablate/store";
import { closest, count, counted, readTyped } from "@ablate/text";
import { colourKey } from "../data/looks.ts";
import { rowOf, type TableRow } from "../data/table.ts";
import { sortedBy, withColumns } from "../keys/table-keys.ts";
import { adjusted, openChooser, say, show } from "../state/state.ts";
import { type Background, COLOUR_NAMES } from "../text/theme.ts";
import type { Context } from "../views/view.ts";
import {
  type Candidate,
  type Command,
  CommandError,
  candidates,
  type Seen,
  wordsOf,
} from "./command.ts";
import {
  columnCandidates,
  columnNamed,
  noSuch,
  quoted,
  rowUnder,
  runCandidates,
  runNamed,
  runsNamed,
} from "./names.ts";

export const TABLE_COMMANDS: readonly Command[] = [
  {
    name: "filter",
    usage: "FILTER",
    help: "show only matching runs; without a filter all",
    example: "v5 valid<2.4",
    isFlag: true,
    run: (state, text) => {
      try {
        parseFilter(text);
      } catch (error) {
        if (!(error instanceof FilterError)) throw error;
        throw new CommandError(error.message);
      }
      return say(
        adjusted(state, { filter: text }),
        text === "" ? "the filter is cleared" : `filter: ${text}`,
      );
    },
  },
  {
    name: "grid",
    usage: "GRID or all",
    help: "show the runs of one grid",
    example: "quickstart",
    isFlag: true,
    complete: (_, context) => gridCandidates(context),
    run: (state, text, { scene }) => {
      if (text === "all") return say(adjusted(state, { grid: null }), "the runs of every grid");
      const grids = [...new Set(scene.snapshot.runs.map(({ grid }) => grid ?? ""))].filter(Boolean);
      const [word = ""] = wordsOf(text);
      if (!grids.includes(word)) throw noSuch("grid", word, grids);
      return say(adjusted(state, { grid: word }), `the runs of ${word}; grid all shows all`);
    },
  },
  {
    name: "group",
    usage: "KEY, seed, grid or none",
    help: "group runs by a key of the config, or by all but the seed",
    example: "seed",
    isFlag: true,
    complete: (_, { scene }) => [
      { text: "seed", what: "everything except the seed" },
      { text: "none", what: "no groups" },
      { text: "grid", what: "the grid" },
      ...scene.table.differing.map((text) => ({ text, what: "a key of the config" })),
    ],
    run: (state, text, { scene }) => {
      if (text === "") return openChooser(show(state, "runs"), "group");
      if (text === "none") return say(adjusted(state, { group: null }), "no groups");
      if (text === "seed" || text === "grid")
        return say(adjusted(state, { group: text }), `grouped by ${text}`);
      const keys = scene.table.differing;
      const key = keys.find((one) => one === text) ?? keys.find((one) => one.endsWith(`.${text}`));
      if (key === undefined)
        throw noSuch("key that differs", text, [...keys, "seed", "none", "grid"]);
      return say(adjusted(state, { group: key }), `grouped by ${key}`);
    },
  },
  {
    name: "sort",
    usage: "COLUMN [desc], or off",
    help: "sort the table; again: reverse the order",
    example: "valid",
    isFlag: true,
    complete: (words, context) =>
      words.length > 0 ? candidates(["desc", "asc"], "order") : columnCandidates(context),
    run: (state, text, { scene }) => {
      if (text === "") return openChooser(show(state, "runs"), "sort");
      if (text === "off") return say(adjusted(state, { sort: null }), "in the order of planning");
      const { word, order } = ordered(text);
      const { id, title } = columnNamed(word, scene);
      if (order === "") return sortedBy(state, id);
      const isDescending = order === "desc";
      const said = `sorted by ${title || id}, ${isDescending ? "largest" : "smallest"} first`;
      return say(adjusted(state, { sort: { column: id, isDescending } }), said);
    },
  },
  {
    name: "columns",
    usage: "+NAME -NAME …, or default",
    help: "show or hide columns",
    example: "+train -state",
    isFlag: true,
    complete: (_, context) => columnCandidates(context).map((one) => signed(one, context)),
    run: (state, text, context) => {
      if (text === "") return openChooser(show(state, "runs"), "columns");
      if (text === "default")
        return say(
          adjusted(state, { shown: [], hidden: [], columnOrder: [] }),
          "the usual columns",
        );
      return wordsOf(text).reduce(
        (before, word) => {
          const id = columnNamed(word.replace(/^[-+]/, ""), context.scene).id;
          return withColumns(before, context.scene, { ids: [id], isChosen: !word.startsWith("-") });
        },
        say(state, "columns: v lists all"),
      );
    },
  },
  {
    name: "mark",
    usage: "NAME …, all or none",
    help: "mark runs or groups: charts and comparisons show these",
    example: "v1 v5",
    isFlag: true,
    complete: (_, context) => [...candidates(["none", "all"], "runs"), ...runCandidates(context)],
    run: (state, text, context) => {
      if (text === "none") return say(adjusted(state, { marks: [] }), "nothing is marked");
      const words = wordsOf(text);
      if (words.length === 0) throw new CommandError("a name is missing, as in: mark v1 v5");
      const { matches } = context.scene.table;
      const runs = text === "all" ? matches : words.flatMap((word) => runsNamed(word, context));
      const marks = [...new Set([...state.settings.marks, ...runs.map(({ name }) => name)])];
      return say(
        adjusted(state, { marks }),
        `${count(marks.length)} marked; mark none unmarks them`,
      );
    },
  },
  {
    name: "baseline",
    aliases: ["pin"],
    usage: "RUN or off",
    help: "compare the others with a run",
    example: "v5-seed=1",
    isFlag: true,
    complete: (_, context) => [...candidates(["off"], "none"), ...runCandidates(context)],
    run: (state, text, context) => {
      if (text === "off") return say(adjusted(state, { baseline: null }), "compared with nothing");
      const row = text === "" ? rowUnder(state, context) : undefined;
      const run = row?.members[0] ?? runNamed(wordsOf(text)[0] ?? "", context);
      return say(
        adjusted(state, { baseline: run.name }),
        `the others are compared with ${run.name}`,
      );
    },
  },
  {
    name: "open",
    usage: "RUN",
    help: "show one run in full",
    example: "v5-seed=1",
    complete: (_, { scene }) =>
      scene.table.all.map(({ name, state }) => ({ text: quoted(name), what: state })),
    run: (state, text, context) => {
      const [word = ""] = wordsOf(text);
      const { name } = runNamed(word, context);
      return { ...show(state, "run"), opened: name, focus: name };
    },
  },
  {
    name: "colour",
    aliases: ["color"],
    usage: `[NAME] COLOUR, 0-${COLOUR_SLOTS - 1} or auto`,
    help: "set the colour of a run or group, by default the one under the cursor",
    example: "v5 3",
    complete: (words, context) => [
      ...COLOUR_NAMES[context.scene.state.background].map((text, slot): Candidate => {
        return { text, what: `colour ${slot}`, tone: `series${slot}` };
      }),
      ...candidates(["auto"], "its automatic colour"),
      ...(words.length === 0 ? runCandidates(context) : []),
    ],
    run: (state, text, context) => {
      const words = wordsOf(text);
      const word = words.at(-1) ?? "";
      const slot = word === "auto" ? null : slotNamed(word, state.background);
      const row = words.length > 1 ? rowNamed(words[0] ?? "", context) : rowUnder(state, context);
      if (row === undefined) throw new CommandError("there is no run under the cursor");
      return { type: "annotate", change: { kind: "colour", key: colourKey(row), slot } };
    },
  },
];

/** Returns the slot of a colour, by its name on a background or its number. @throws CommandError - if it is neither */
function slotNamed(word: string, background: Background): number {
  const names = COLOUR_NAMES[background];
  const named = names.indexOf(word.toLowerCase());
  if (named >= 0) return named;
  const slot = readTyped(word);
  if (slot !== null && Number.isInteger(slot) && slot >= 0 && slot < COLOUR_SLOTS) return slot;
  const near = closest(word, names);
  const said = near === null ? ", as in: colour v5 3" : `, did you mean "${near}"?`;
  throw new CommandError(
    `a colour is a name, a number from 0 to ${COLOUR_SLOTS - 1} or auto${said}`,
  );
}

/** Takes the order off the end of what is to be sorted by: heads of columns may have spaces. */
function ordered(text: string): { readonly word: string; readonly order: string } {
  const [, name = text, order = ""] = /^(.*\S)\s+(asc|desc)\w*$/i.exec(text) ?? [];
  return { word: name.replace(/^(["'])(.*)\1$/, "$2"), order: order.toLowerCase() };
}

/** Proposes to show what is hidden and to hide what is shown. */
function signed(one: Candidate, { scene }: Seen): Candidate {
  const isShown = scene.table.shown.some(
    ({ id, title }) => id === one.what || quoted(title || id) === one.text,
  );
  return { ...one, text: `${isShown ? "-" : "+"}${one.text}`, value: isShown ? "shown" : "" };
}

function rowNamed(word: string, context: Context): TableRow {
  const row = context.scene.table.rows.find(({ title, key }) => title === word || key === word);
  return row ?? rowOf(runNamed(word, context));
}

function gridCandidates({ scene }: Seen): Candidate[] {
  const grids = Map.groupBy(scene.snapshot.runs, ({ grid }) => grid ?? "");
  const named = [...grids].filter(([grid]) => grid !== "");
  return [
    ...named.map(([grid, runs]) => ({ text: quoted(grid), what: counted(runs.length, "run") })),
    ...candidates(["all"], "every grid"),
  ];
}
