import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { latexMissing, latexPage } from "../../../testing/latex.ts";
import { ablate, COMMAND, makeFolder } from "./make.ts";
import { train } from "./train.ts";

let folder: string;
let browser: Browser | undefined;

const PATIENCE = 110_000;

function programTest(program: string) {
  const found = spawnSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" });
  const path = found.stdout.trim();
  if (path === "" && process.env.CI !== undefined) {
    throw new Error(`no ${program} here: .ci/run installs it`);
  }
  return { path, test: test.skipIf(path === "") };
}

const CHROMIUM = programTest("chromium");
const PDF = programTest("pdffonts");
const LATEX = { test: test.skipIf(latexMissing() !== null) };

beforeAll(async () => {
  folder = makeFolder();
  writeFileSync(join(folder, "deep.yaml"), DEEP);
  await train(folder, "deep.yaml");
  if (CHROMIUM.path === "") return;
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  browser = await chromium.launch({ executablePath: CHROMIUM.path, args, timeout: PATIENCE });
});

afterAll(() => browser?.close());

/** Three variants of two hidden layers, three seeds each. */
const DEEP = `name: deep
data: { file: names.txt, context: 3 }
model: { embedding: 4, hidden: [12, 12], activation: tanh, batch_norm: none }
train: { steps: 300, batch_size: 8, lr: { 0: 0.1, 200: 0.01 } }
record: { evaluate: { every: 100 }, samples: 4 }
seeds: [1, 2, 3]
variants:
  plain: {}
  normed: { model.batch_norm: hidden }
  wild: { init.hidden.weight: { scheme: normal, std: 3 } }
`;

/** Writes a chart and returns its bytes and what was said. */
async function chart(file: string, ...words: readonly string[]) {
  const { status, stdout, stderr } = await ablate(folder, "chart", ...words, "-o", file, "--force");
  expect([stderr, status]).toEqual([expect.stringMatching(`^wrote ${file}, `), 0]);
  expect(stdout).toBe("");
  return { bytes: readFileSync(join(folder, file)), said: stderr };
}

const KINDS = {
  "the loss": ["deep"],
  "every series": ["deep", "--series", "valid_loss,lr", "--series", "ratio:hidden1.weight"],
  "the ratios": ["deep", "--kind", "ratios", "--log-x"],
  "the layers": ["deep", "--kind", "layers"],
  histograms: [
    "deep",
    "--kind",
    "histograms",
    "--layer",
    "hidden2",
    "--series",
    "activation_gradient",
  ],
  effects: ["deep", "--kind", "effects"],
  "examples, smoothed, in a window": [
    "deep",
    "--x",
    "examples",
    "--smooth",
    "20",
    "--steps",
    "50-200",
    "--y",
    "2-4",
  ],
  "time on a grey page": [
    "deep",
    "--x",
    "time",
    "--grey",
    "--width",
    "page",
    "--title",
    "Loss & <time>",
  ],
};

CHROMIUM.test.each(Object.entries(KINDS))(
  "a browser shows %s in the size asked for",
  async (_, words) => {
    const { bytes } = await chart("a.svg", ...words);
    const isWide = words.includes("page");
    const page = await browser?.newPage();
    await page?.goto(`file://${join(folder, "a.svg")}`);

    const seen = await page?.evaluate<{
      width: number;
      texts: number;
      outside: string[];
      lines: number;
    }>(`(() => {
    const svg = document.documentElement;
    const page = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")];
    return {
      width: page.width,
      texts: texts.length,
      lines: svg.querySelectorAll("g path, g circle").length,
      outside: texts.filter((one) => {
        const box = one.getBoundingClientRect();
        return box.left < page.left - 1 || box.right > page.right + 1 || box.bottom > page.bottom + 1;
      }).map((one) => one.textContent),
    };
  })()`);
    await page?.close();

    expect(seen?.width).toBeCloseTo((isWide ? 183 : 89) * (96 / 25.4), 0);
    expect(seen?.outside).toEqual([]);
    expect(seen?.texts).toBeGreaterThan(4);
    expect(seen?.lines).toBeGreaterThan(2);
    expect(bytes.toString()).not.toMatch(/NaN|Infinity|undefined|var\(/);
  },
);

test("the same command writes the same bytes, as SVG, PDF and PNG", async () => {
  for (const file of ["a.svg", "a.pdf", "a.png"]) {
    const first = await chart(file, "deep", "--series", "loss,valid_loss");
    const second = await chart(file, "deep", "--series", "loss,valid_loss");

    expect(second.bytes.equals(first.bytes)).toBe(true);
  }
});

PDF.test("a PDF has its size, its text, an embedded font and no date", async () => {
  const { bytes } = await chart("b.pdf", "deep", "--title", "Of <three> variants");
  const read = (program: string, ...words: readonly string[]) =>
    spawnSync(program, [...words, join(folder, "b.pdf")], { encoding: "utf8" }).stdout;

  expect(read("pdffonts")).toMatch(/\+DejaVuSans +CID TrueType +Identity-H +yes yes yes/);
  expect(read("pdffonts").trim().split("\n").length).toBe(3);
  expect(read("pdfinfo")).toMatch(/Page size: +252\.283 x /);
  expect(read("pdfinfo")).toMatch(/Title: +Of <three> variants\n/);
  expect(bytes.toString("latin1")).not.toMatch(/CreationDate|ModDate|xmp/);
  const text = spawnSync("pdftotext", [join(folder, "b.pdf"), "-"], { encoding: "utf8" }).stdout;
  for (const word of ["Of <three> variants", "loss, nats", "plain", "normed", "wild", "step"]) {
    expect(text).toContain(word);
  }
});

PDF.test("a PNG has its dots and says how many to the inch, and looks like the PDF", async () => {
  await chart("c.pdf", "deep");
  const { bytes } = await chart("c.png", "deep", "--dpi", "150");
  spawnSync("pdftoppm", ["-r", "150", "-png", "-singlefile", "c.pdf", "d"], { cwd: folder });

  const width = Math.round((89 / 25.4) * 150);
  expect(bytes.readUInt32BE(16)).toBe(width);
  const resolution = bytes.indexOf("pHYs");
  expect(bytes.readUInt32BE(resolution + 4)).toBe(Math.round(150 / 0.0254));
  const [own, theirs] = await Promise.all([darkness("c.png"), darkness("d.png")]);
  expect(own).toBeGreaterThan(0.02);
  expect(own / theirs).toBeGreaterThan(0.9);
  expect(own / theirs).toBeLessThan(1.1);
});

/** Returns how much of a picture is ink, by a browser that reads it. */
async function darkness(file: string): Promise<number> {
  const page = await browser?.newPage();
  const data = readFileSync(join(folder, file)).toString("base64");
  const share = await page?.evaluate<number>(`(async () => {
    const image = new Image();
    image.src = "data:image/png;base64,${data}";
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let ink = 0;
    for (let i = 0; i < data.length; i += 4) ink += 255 - (data[i] + data[i + 1] + data[i + 2]) / 3;
    return ink / 255 / (data.length / 4);
  })()`);
  await page?.close();
  return share ?? 0;
}

LATEX.test("LaTeX takes a PDF in its own size, with its text", async () => {
  await chart("f.pdf", "deep");
  const path = join(folder, "f.pdf");

  const lines = latexPage(String.raw`% in the preamble: \usepackage{graphicx}
\newbox\figure \setbox\figure\hbox{\includegraphics{${path}}}
\copy\figure

wide \the\wd\figure`);

  // 89 mm in points of TeX, of which 72.27 are an inch.
  const [, width] = /wide ([\d.]+)pt/.exec(lines.join(" ")) ?? [];
  expect(Number(width)).toBeCloseTo((89 / 25.4) * 72.27, 1);
  expect(lines.join(" ")).toMatch(/normed/);
});

test("SVG loads neither what writes PDF nor what writes PNG", () => {
  const listed = spawnSync(
    process.execPath,
    [
      "--import",
      `data:text/javascript,${encodeURIComponent(LIST_MODULES)}`,
      COMMAND[1] ?? "",
      "chart",
      "deep",
    ],
    { cwd: folder, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } },
  );

  expect(listed.stdout).toMatch(/^<svg /);
  expect(listed.stderr).toMatch(/d3-scale/);
  expect(listed.stderr).not.toMatch(/pdfkit|fontkit|resvg/);
});

/** Says on stderr which modules are resolved. */
const LIST_MODULES = `import { registerHooks } from "node:module";
registerHooks({ resolve: (word, context, next) => {
  process.stderr.write(word + "\\n");
  return next(word, context);
} });`;

test("letters as outlines need no font", async () => {
  const { bytes } = await chart("e.svg", "deep", "--text", "paths");

  expect(bytes.toString()).not.toMatch(/<text|font/);
  expect(bytes.toString()).toContain("<title");
});

test("without -o the SVG is printed", async () => {
  const { status, stdout, stderr } = await ablate(folder, "chart", "deep");

  expect(status).toBe(0);
  expect(stdout).toMatch(/^<svg [^>]*width="89mm" height="[\d.]+mm"[\s\S]*<\/svg>\n$/);
  expect(stderr).toBe(
    "loss, nats: the mean over up to 3 seeds, bands: one standard deviation to each side; each point is the mean of 2 steps.\n",
  );
});

test("a line is the mean over seeds of what was recorded", async () => {
  const { stdout } = await ablate(folder, "chart", "deep", "--series", "valid_loss", "--y", "0-10");
  const query =
    "select avg(loss) as loss from evals where run like 'deep/plain%' and split = 'valid' and step = 300";
  const asked = await ablate(folder, "query", query, "--json");

  const [box] = [
    ...stdout.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g),
  ].slice(-1);
  const [, d = ""] = /<path d="([^"]*)"[^>]*data-of="plain"/.exec(stdout) ?? [];
  const y = Number(d.split(",").at(-1));
  const [, , top = 0, , height = 0] = (box ?? []).map(Number);

  expect(10 * (1 - (y - top) / height)).toBeCloseTo(JSON.parse(asked.stdout)[0].loss, 1);
});

test.each([
  [["deep", "-o", "a.eps"], `-o takes a file that ends in one of .svg, .pdf, .png, not "a.eps"`],
  [["deep", "-o", "f/a.pdf"], "cannot write f/a.pdf: there is no folder f; make it first"],
  [["deep", "--series", "los"], `--series knows no "los"; did you mean loss?`],
  [
    ["deep", "--width", "1m"],
    `--width takes column, page, or a length like 89mm, 3.5in or 252pt, not "1m"`,
  ],
  [["deep", "--width", "5mm"], `--width takes from 40mm to 1000mm, not "5mm"`],
  [["deep", "--steps", "900-"], "--steps begins at 900, and the last step is 299"],
  [["deep", "--hide", "plane"], `--hide knows no "plane"; there are plain, normed, wild`],
  [["deep/plain", "--kind", "effects"], /^no setting of these runs can be compared: /],
  [
    ["deep", "--kind", "histograms", "--layer", "hidden"],
    `--layer knows no "hidden"; did you mean hidden1?`,
  ],
  [["nothing"], /^there is no run or grid "nothing"/],
])("refuses %j in a sentence", async (words, sentence) => {
  const { status, stderr } = await ablate(folder, "chart", ...words);

  expect([stderr.replace(/^ablate: |\n$/g, ""), status]).toEqual([
    typeof sentence === "string" ? sentence : expect.stringMatching(sentence),
    2,
  ]);
  expect(existsSync(join(folder, "a.eps"))).toBe(false);
});

test("a file that is there is replaced only with --force", async () => {
  await chart("kept.svg", "deep");

  const { status, stderr } = await ablate(folder, "chart", "deep", "-o", "kept.svg");

  expect([stderr, status]).toEqual(["ablate: kept.svg exists; --force replaces it\n", 2]);
});

test("characters that the font lacks are named where they become boxes", async () => {
  const words = ["deep", "--title", "損失 λ ≤ 日"];

  const pdf = await chart("boxes.pdf", ...words);
  const png = await chart("boxes.png", ...words);
  const svg = await chart("boxes.svg", ...words);

  const sentence =
    "the font has no letter for 損 失 日, which became boxes; an SVG keeps them as text\n";
  expect([pdf.said, png.said]).toEqual([
    expect.stringContaining(sentence),
    expect.stringContaining(sentence),
  ]);
  expect(svg.said).not.toContain("font");
  expect(svg.bytes.toString()).toContain("損失 λ ≤ 日");
});

test("a group has one colour in the UI, in charts and in the report", async () => {
  const names = ["plain", "normed", "wild"];
  const view = ["--once", "--view", "charts", "--size", "120x30"];
  const ui = await ablate(folder, "ui", ...view, "--colours", "256", "--theme", "light");
  const { stdout: svg } = await ablate(folder, "chart", "deep");
  await ablate(folder, "report", "deep", "-o", "deep.html", "--force");
  const page = readFileSync(join(folder, "deep.html"), "utf8");

  const colorIn = (text: string, stroke: string, name: string): string =>
    new RegExp(`stroke="${stroke}"[^>]*data-of="${name}"`).exec(text)?.[1] ?? "";
  const slots = names.map((name) => Number(colorIn(page, "var\\(--g(\\d+)\\)", name)));
  expect(new Set(slots).size).toBe(3);
  for (const [i, name] of names.entries()) {
    const color = colorIn(svg, "(#[0-9a-f]+)", name);
    expect(page).toContain(`--g${slots[i]}: ${color};`);
    const legend = new RegExp(`38;5;(\\d+)m[^m]+m (?:\u{1b}\\[1m)?${name} ×3`, "u");
    const number = legend.exec(ui.stdout)?.[1];
    expect(hexOf(Number(number))).toBe(color);
  }
});

/** Returns a colour of the cube in the palette of 256, as xterm defines it. */
function hexOf(number: number): string {
  const levels = [0, 95, 135, 175, 215, 255];
  const channels = [36, 6, 1].map((size) => levels[Math.floor((number - 16) / size) % 6] ?? 0);
  return `#${channels.map((one) => one.toString(16).padStart(2, "0")).join("")}`;
}

test("epochs are counted in the training split of the data; without them, and of logs, a sentence says so", async () => {
  const data = join(folder, "all-names.txt");
  copyFileSync(join(import.meta.dirname, "../../../data/names.txt"), data);
  writeFileSync(join(folder, "epochs.yaml"), EPOCHS);
  await ablate(folder, "run", "epochs.yaml", "--quiet");
  const { stdout } = await ablate(folder, "chart", "epochs", "--x", "epochs");
  const spans = [...stdout.matchAll(/data-axes="(?:\S+ ){4}0 (\S+) /g)].map(([, end]) =>
    Number(end),
  );

  // 182,625 examples of names.txt are of the training split: 40 steps of 3,652.5 would be 0.8 epochs.
  expect(spans.at(-1)).toBeCloseTo((40 * 3652) / 182_625, 1);
  expect(stdout).toContain(">epochs</text>");

  rmSync(data);
  const gone = await ablate(folder, "chart", "epochs", "--x", "epochs");
  expect([gone.stderr, gone.status]).toEqual([
    expect.stringMatching(
      /^ablate: --x epochs needs the data of epochs\S* to count the examples of an epoch: .*all-names\.txt.*; take --x examples\n$/,
    ),
    2,
  ]);

  writeFileSync(join(folder, "log.csv"), "step,train_loss\n0,3\n1,2\n2,1\n");
  await ablate(folder, "record", "log.csv");
  const query = "select run from runs where source is not null";
  const [{ run }] = JSON.parse((await ablate(folder, "query", query, "--json")).stdout);
  const logged = await ablate(folder, "chart", run, "--x", "epochs");
  expect([logged.stderr, logged.status]).toEqual([
    expect.stringMatching(/^ablate: --x epochs is of what ablate trains: no log says how many /),
    2,
  ]);
});

const EPOCHS = `name: epochs
data: { file: all-names.txt }
model: { embedding: 2, hidden: [4], activation: tanh }
train: { steps: 40, batch_size: 3652 }
record: { evaluate: end, samples: 0, probes: none }
`;
