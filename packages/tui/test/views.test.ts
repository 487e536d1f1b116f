import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openReader, type StoreReader } from "@ablate/store";
import { expect, onTestFinished, test, vi } from "vitest";
import { KEYS } from "../src/keys/table.ts";
import { VIEW_NAMES } from "../src/views/registry.ts";
import { sampleStore } from "./samples.ts";
import { openUiAt, PATIENCE, type Terminal } from "./terminal.ts";

/** What each view alone shows. */
const SIGHTS = {
  grids: /^ +grid +▲ /m,
  runs: /^ +run .* steps\b/m,
  charts: /12 runs .* mean ± /,
  run: /sample\/plain-1 .* 300 of 300 steps/,
  compare: /validation loss by factor/,
  layers: /step {2}init .* ◀ 300 ▶/,
  findings: /✗ 4 errors .* of 6 runs/,
  sweep: /valid ↓ by /,
} as const;

test("every view of the registry has a sight", () => {
  expect(Object.keys(SIGHTS)).toEqual(VIEW_NAMES);
});

const VIEWS = VIEW_NAMES.map((view) => {
  const sight = Object.entries(SIGHTS).find(([name]) => name === view)?.[1] ?? /no sight/;
  return { view, sight };
});

/** The view that is shown first. */
const FIRST = VIEW_NAMES.indexOf("runs");

test("] goes through every view and [ back", async () => {
  const ui = await openUiAt(sampleStore());
  for (const { sight } of [...VIEWS.slice(FIRST + 1), ...VIEWS.slice(0, FIRST + 1)]) {
    ui.press("]");
    await ui.waitFor(sight);
  }
  for (const { sight } of [...VIEWS.slice(FIRST), ...VIEWS.slice(0, FIRST)].toReversed()) {
    ui.press("[");
    await ui.waitFor(sight);
  }
});

/** What a row of keys does, where it is pressed, and what is on the screen after it and not before. */
type Check = {
  readonly name: string;
  readonly view?: string;
  /** Keys pressed first, and what is seen when they have been. */
  readonly before?: readonly [keys: string, seen: string | RegExp];
  readonly seen: string | RegExp;
};

const PLAIN = /^ plain-1 ·/m;
const SMALL = /^ small-1 ·/m;
const LATER = /^ sample\/later\b/m;
/** A panel of Sweep in the whole width. */
const ALONE = /✗ 2 lost · 1 without a result · x, v choose$/m;
const ZOOMED = "151 steps from 75";

/** By the first key of a row. The strip below the table names what is under the cursor. */
const CHECKS: ReadonlyMap<string, Check> = new Map([
  ["up", { name: "up", before: ["j", SMALL], seen: PLAIN }],
  ["down", { name: "down", seen: SMALL }],
  ["left", { name: "left", before: ["l", "▾ plain-1"], seen: "▸ plain-1" }],
  ["right", { name: "right", seen: "▾ plain-1" }],
  ["pageup", { name: "page-up", before: ["G", LATER], seen: PLAIN }],
  ["pagedown", { name: "page-down", seen: LATER }],
  ["home", { name: "first", before: ["G", LATER], seen: PLAIN }],
  ["end", { name: "last", seen: LATER }],
  [" ", { name: "mark", seen: /3 marked[\s\S]*^▌.*plain-1/m }],
  ["enter", { name: "enter", seen: "▾ plain-1" }],
  ["escape", { name: "back", before: ["2", SIGHTS.charts], seen: SIGHTS.runs }],
  ["/", { name: "filter", seen: /filter: .*12 of 12 runs/ }],
  [":", { name: "command", seen: "steps 100-300, sort valid" }],
  ["a", { name: "all", seen: "with runs left from earlier plans" }],
  ["s", { name: "sort", seen: /sort by ─+ 1 of/ }],
  ["shift-right", { name: "column-right", seen: /\S+: s sorts by it/ }],
  ["shift-left", { name: "column-left", seen: "state: s sorts by it" }],
  ["H", { name: "hide-column", seen: "no column is under the cursor" }],
  ["S", { name: "reverse", before: ["s\r", "▲"], seen: "▼" }],
  ["g", { name: "group", seen: "everything except the seed" }],
  ["v", { name: "choose", seen: /columns ─+ 1 of/ }],
  ["o", { name: "only", view: "charts", seen: "plain-1 alone; o shows all again" }],
  ["i", { name: "y-in", view: "charts", seen: /· by hand · \d curves up to/ }],
  ["I", { name: "y-out", view: "charts", seen: /ln 27 · by hand/ }],
  ["u", { name: "y-whole", view: "charts", before: ["i", "by hand"], seen: /^ {3} 3\.5 ┤/m }],
  ["r", { name: "chart-grid", view: "charts", seen: "1 row and 1 column of charts" }],
  ["C", { name: "colour", seen: /set its colour to \d+/ }],
  ["M", { name: "mouse", seen: "the terminal has the mouse and selects text" }],
  ["+", { name: "smoother", view: "charts", seen: "smoothed over 100 steps" }],
  ["-", { name: "rougher", view: "charts", seen: "smoothed over 10 steps" }],
  ["_", { name: "raw", view: "charts", seen: "no smoothing" }],
  ["m", { name: "band", view: "charts", seen: "mean ± standard error" }],
  ["L", { name: "log-y", view: "charts", seen: "log · ┈ ln 27" }],
  ["x", { name: "axis", view: "charts", seen: "9,569 examples in" }],
  ["X", { name: "log-x", view: "charts", seen: /└─+10─+/ }],
  ["z", { name: "zoom-in", view: "charts", seen: ZOOMED }],
  ["Z", { name: "zoom-out", view: "charts", before: ["z", ZOOMED], seen: /(299|300) steps in/ }],
  ["<", { name: "pan-left", view: "charts", before: ["z", ZOOMED], seen: "151 steps from 37" }],
  [">", { name: "pan-right", view: "charts", before: ["z", ZOOMED], seen: /15\d steps from 11\d/ }],
  ["c", { name: "crosshair", view: "charts", seen: "step 150" }],
  ["n", { name: "next", seen: SMALL }],
  ["N", { name: "previous", before: ["n", SMALL], seen: PLAIN }],
  ["b", { name: "baseline", seen: "plain-1 ×3 ◆" }],
  ["t", { name: "tag", seen: "tags of 3 runs:" }],
  ["T", { name: "tag-grid", seen: "tags of the grid of sample:" }],
  ["e", { name: "note", seen: "note of sample/plain-1:" }],
  ["E", { name: "note-grid", seen: "note to the grid of sample:" }],
  ["R", { name: "rename", seen: "new name of sample/plain-1: plain-1" }],
  ["tab", { name: "pane", view: "charts", seen: /ln 27 +log10 update:…last values/ }],
  ["shift-tab", { name: "previous-pane", seen: "there is one pane" }],
  ["f", { name: "maximise", seen: "there is one pane" }],
  ["{", { name: "narrower", seen: "there is one pane" }],
  ["}", { name: "wider", seen: "there is one pane" }],
  ["|", { name: "hide-pane", seen: "there is one pane" }],
  ["]", { name: "next-view", seen: SIGHTS.charts }],
  ["[", { name: "previous-view", seen: SIGHTS.grids }],
  ["0", { name: "grids", seen: SIGHTS.grids }],
  ["1", { name: "runs", view: "charts", seen: SIGHTS.runs }],
  ["2", { name: "charts", seen: SIGHTS.charts }],
  ["3", { name: "run", seen: SIGHTS.run }],
  ["4", { name: "compare", seen: SIGHTS.compare }],
  ["5", { name: "layers", seen: SIGHTS.layers }],
  ["6", { name: "findings", seen: SIGHTS.findings }],
  ["7", { name: "sweep", seen: SIGHTS.sweep }],
  ["d", { name: "all-settings", view: "compare", seen: "all settings" }],
  ["p", { name: "panel-alone", view: "sweep", before: ["p", ALONE], seen: "parallel coordinates" }],
  ["w", { name: "beside", view: "layers", seen: "one run alone" }],
  ["y", { name: "copy", seen: "6 rows copied as CSV" }],
  ["Y", { name: "csv", seen: "6 rows written to ablate-runs.csv" }],
  ["P", { name: "picture", seen: "Runs has no chart to write: 2 Charts, 3 Run" }],
  ["?", { name: "help", seen: "keys and commands" }],
]);

test("every row of the table of keys is checked here or with the life of the terminal", () => {
  const unchecked = KEYS.map(({ keys: [key = ""] }) => key).filter((key) => !CHECKS.has(key));

  expect(unchecked).toEqual(["ctrl-z", "q"]);
});

const PRESSED = [...CHECKS].map(([key, check]) => ({ key, ...check }));

test.each(PRESSED)("the key '$key' does $name", async ({ key, view = "runs", before, seen }) => {
  const ui = await openUiAt(sampleStore(), { arguments: ["--view", view] });
  if (before !== undefined) {
    ui.type(before[0]);
    await ui.waitFor(before[1]);
  }
  expect(ui.text).not.toMatch(seen);

  ui.press(key);

  await ui.waitFor(seen);
});

/** The other keys of a row, after one another: the key, what is seen then, and what is pressed before it. */
const OTHER_KEYS: ReadonlyMap<string, readonly (readonly [string, string | RegExp, string?])[]> =
  new Map([
    [
      "runs",
      [
        ["j", SMALL],
        ["k", PLAIN],
        ["l", "▾ plain-1"],
        ["h", "▸ plain-1"],
        ["ctrl-f", LATER],
        ["ctrl-b", PLAIN],
        ["G", LATER],
      ],
    ],
    [
      "charts",
      [
        ["=", "smoothed over 100 steps"],
        [",", "151 steps from 37", "z"],
        [".", ZOOMED],
      ],
    ],
  ]);

test("every other key of a row is checked here or with the life of the terminal", () => {
  const checked = [...OTHER_KEYS.values()].flatMap((rows) => rows.map(([key]) => key));

  const others = KEYS.flatMap(({ keys }) => keys.slice(1)).filter((key) => key !== "ctrl-c");
  expect(checked.toSorted()).toEqual(others.toSorted());
});

test.each([...OTHER_KEYS])(
  "the other keys of a row do the same, in the view %s",
  async (view, rows) => {
    const ui = await openUiAt(sampleStore(), { arguments: ["--view", view] });

    for (const [key, seen, before = ""] of rows) {
      ui.type(before);
      ui.press(key);
      await ui.waitFor(seen);
    }
  },
);

test.each(VIEW_NAMES)("keys that do nothing in the view %s say where they do", async (view) => {
  const ui = await openUiAt(sampleStore(), { arguments: ["--view", view] });
  const idle = KEYS.filter(({ views }) => views !== undefined && !views.includes(view));

  for (const { keys, help } of idle) {
    ui.press(keys[0] ?? "");
    await ui.waitFor(`(${help.slice(0, 40)}`);
  }

  ui.press("D");
  await ui.waitFor("D does nothing; ? lists the keys");
});

test.each([
  ["S", "runs", "nothing is sorted yet: s chooses a column"],
  ["escape", "runs", "this is the top level; q quits"],
  ["<", "charts", "all steps are shown; z zooms in"],
  ["left", "run", "all steps are shown; z zooms in"],
  ["Z", "run", "all steps are shown"],
])("%s in the view %s says: %s", async (key, view, said) => {
  const ui = await openUiAt(sampleStore(), { arguments: ["--view", view] });

  ui.press(key);

  await ui.waitFor(said);
});

test("jjj in one write moves down three rows", async () => {
  const ui = await openUiAt(sampleStore());

  ui.type("jjj");

  await ui.waitFor(/^ sample\/wild\b/m);
});

test("a filter counts while it is typed, enter keeps it and esc drops it", async () => {
  const ui = await openUiAt(sampleStore());

  ui.type("/small");
  await ui.waitFor(/filter: small .*3 of 12 runs/);
  ui.press("enter");
  await ui.waitFor(/ 3 of 12 runs[\s\S]*\/ small/);
  ui.type("/ or wild");
  await ui.waitFor(/filter: small or wild .*4 of 12 runs/);
  ui.press("escape");

  await ui.waitWithout("filter:");
  expect(ui.text).toMatch(/ 3 of 12 runs[\s\S]*\/ small/);
});

test("a filter that makes no sense says so while it is typed", async () => {
  const ui = await openUiAt(sampleStore());

  ui.type("/nothing>1");
  await ui.waitFor('no run has a field "nothing"');
  ui.press("ctrl-u");
  await ui.waitWithout("nothing>1");
  ui.type("(");

  await ui.waitFor('"(" at 0 is not closed');
  expect(ui.text).toContain("▸ plain-1");
});

test("a text that is pasted into the filter does not end it", async () => {
  const ui = await openUiAt(sampleStore());
  ui.press("/");
  await ui.waitFor("filter:");

  ui.paste("state:finished\nsmall\n");

  await ui.waitFor(/filter: state:finished small .*3 of 12 runs/, 3000);
});

test("a text that is pasted outside of a prompt presses no keys", async () => {
  const ui = await openUiAt(sampleStore());

  ui.paste("jjq");

  await ui.waitFor("pasting works in a text field", 3000);
  expect(ui.text).toMatch(PLAIN);
});

test("ctrl-u empties a prompt, also when it arrives with what follows it", async () => {
  const ui = await openUiAt(sampleStore());
  ui.type("/small");
  await ui.waitFor("filter: small");

  ui.type("\x15wild");

  await ui.waitFor(/filter: wild /, 3000);
});

test("tags are added to the marked runs, removed, and dropped with esc", async () => {
  const { ui, reader } = await openWithReader();
  const tags = () => reader.runs().map((run) => run.tags.join(","));

  ui.type(" t");
  await ui.waitFor("tags of 3 runs:");
  ui.type("good new\r");
  await vi.waitFor(
    () => expect(tags().filter((one) => one === "good,new")).toHaveLength(3),
    PATIENCE,
  );
  ui.type("t");
  await ui.waitFor("tags of 3 runs:");
  ui.type("-new\r");
  await vi.waitFor(() => expect(tags().filter((one) => one === "good")).toHaveLength(3), PATIENCE);
  ui.type("tdropped");
  await ui.waitFor("dropped");
  ui.press("escape");

  await ui.waitWithout("dropped");
  expect(tags().filter((one) => one === "good")).toHaveLength(3);
});

test("a note is written to a run, shown, changed and removed", async () => {
  const { ui, reader } = await openWithReader({ view: "run" });
  const note = () => reader.annotations().runs.get("sample/plain-1")?.note ?? null;

  ui.type("elearns fast: 漢字\r");
  await vi.waitFor(() => expect(note()).toBe("learns fast: 漢字"), PATIENCE);
  ui.type("e");
  await ui.waitFor("note of sample/plain-1: learns fast: 漢字");
  ui.type("!\r");
  await vi.waitFor(() => expect(note()).toBe("learns fast: 漢字!"), PATIENCE);
  ui.type("e");
  await ui.waitFor(/note of .*: learns fast: 漢字!/);
  ui.press("ctrl-u");
  await ui.waitFor("empty removes it");
  ui.press("enter");

  await vi.waitFor(() => expect(note()).toBeNull(), PATIENCE);
});

test("a run is renamed, and the view stays with it", async () => {
  const { ui, reader } = await openWithReader({ view: "run" });

  ui.type("R");
  await ui.waitFor("new name of sample/plain-1: plain-1");
  ui.press("ctrl-u");
  await ui.waitFor("letters, digits");
  ui.type("best-of-all\r");

  await vi.waitFor(
    () => expect(reader.runs().map(({ name }) => name)).toContain("sample/best-of-all"),
    PATIENCE,
  );
  await ui.waitFor(/^ ▲ sample\/best-of-all /m);
});

test("a name that is not allowed is refused in a sentence", async () => {
  const { ui, reader } = await openWithReader();

  ui.type("R no good\r");

  await ui.waitFor(/no good.*(name|letters)/);
  expect(reader.runs().map(({ name }) => name)).toContain("sample/plain-1");
});

test("tags and notes of a grid are written", async () => {
  const { ui, reader } = await openWithReader();
  const grid = () => reader.annotations().grids.get("sample");

  ui.type("Tall-of-it\r");
  await vi.waitFor(() => expect(grid()?.tags).toEqual(["all-of-it"]), PATIENCE);
  ui.type("Ea first try\r");

  await vi.waitFor(() => expect(grid()?.note).toBe("a first try"), PATIENCE);
});

test("Y writes what is shown as CSV, and again beside it", async () => {
  const store = sampleStore();
  const ui = await openUiAt(store);

  ui.press("Y");
  await ui.waitFor("written to ablate-runs.csv");
  ui.press("Y");
  await ui.waitFor("written to ablate-runs-2.csv");

  const [head = "", first] = readFileSync(join(dirname(store), "ablate-runs.csv"), "utf8").split(
    "\r\n",
  );
  expect(head).toMatch(/^run,/);
  expect(first).toMatch(/plain-1/);
});

test("a command writes the charts for a paper as they are shown", async () => {
  const store = sampleStore();
  const ui = await openUiAt(store);

  ui.type(":charts\r");
  ui.type(":metrics ^loss$\r");
  ui.type(":hide wild\r");
  ui.type(":steps 100-200\r");
  ui.type(":y 1-5\r");
  ui.type(":chart loss.svg\r");
  await ui.waitFor("loss.svg, 89 mm wide");
  ui.type(":chart loss.svg\r");
  await ui.waitFor("loss.svg exists; name another");

  const svg = readFileSync(join(dirname(store), "loss.svg"), "utf8");
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
  expect(texts).toEqual(expect.arrayContaining(["loss, nats", "100", "200", "1", "5", "plain-1"]));
  expect(texts).not.toContain("wild");
});

test("y puts the same on the terminal's clipboard", async () => {
  const ui = await openUiAt(sampleStore());

  ui.press("y");
  await ui.waitFor("copied as CSV");

  const [, encoded = ""] = ui.output.split("\x1b]52;c;");
  const text = Buffer.from(encoded.split("\x07")[0] ?? "", "base64").toString();
  expect(text).toMatch(/^run,.*\r\nplain-1,/);
});

test("what was looked at is remembered", async () => {
  const store = sampleStore();
  const first = await openUiAt(store);
  first.type(" /small\r2");
  await first.waitFor(/ 3 of 12 runs[\s\S]*3 marked/);
  first.press("q");
  expect(await first.exit).toBe(0);

  const second = await openUiAt(store);

  expect(second.screen).toEqual(expect.arrayContaining([expect.stringMatching(/3 of 12 runs/)]));
  expect(second.text).toMatch(/3 marked .*\/ small/);
});

async function openWithReader({ view = "runs" }: { readonly view?: string } = {}): Promise<{
  readonly ui: Terminal;
  readonly reader: StoreReader;
}> {
  const store = sampleStore();
  const reader = openReader(store);
  onTestFinished(() => reader.close());
  return { ui: await openUiAt(store, { arguments: ["--view", view] }), reader };
}
