import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { HtmlValidate } from "html-validate";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { ablate, makeFolder } from "./make.ts";
import { reportIn } from "./report-make.ts";

const found = spawnSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).stdout.trim();
const chromiumTest = test.skipIf(found === "" && !process.env.CI);

/** A browser on a busy machine. */
const PATIENCE = 110_000;

let file: string;
let html: string;
let browser: Browser | undefined;

beforeAll(async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, "deep.yaml"), DEEP);
  const { status, stderr } = await ablate(folder, "run", "deep.yaml", "--quiet");
  expect([stderr, status]).toEqual(["", 0]);
  html = await reportIn(folder, "deep");
  file = `file://${join(folder, "report.html")}`;
  if (found === "") return;
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  browser = await chromium.launch({ executablePath: found, args, timeout: PATIENCE });
});

afterAll(() => browser?.close());

/** Two variants of two hidden layers, with batch norm and without, two seeds each. */
const DEEP = `name: deep
description: Does <b>batch norm</b> matter & how?
data: { file: names.txt, context: 3 }
model: { embedding: 4, hidden: [12, 12], activation: tanh, batch_norm: none }
train: { steps: 300, batch_size: 8, lr: { 0: 0.1, 200: 0.01 } }
record: { evaluate: end, samples: 4 }
seeds: [1, 2, 3]
variants:
  plain: {}
  normed: { model.batch_norm: hidden }
  wild: { init.hidden.weight: { scheme: normal, std: 3 } }
`;

test("is valid HTML with headings in order and nothing but inline styles", async () => {
  const validator = new HtmlValidate({ extends: ["html-validate:recommended"], rules: RULES });

  const { results } = await validator.validateString(html);

  expect(results.flatMap(({ messages }) => messages)).toEqual([]);
});

/** What the recommended rules leave to taste. */
const RULES = {
  "long-title": "off",
  "no-inline-style": "error",
  "heading-level": "error",
} as const;

chromiumTest("opens from a file with the network off, without an error or a request", async () => {
  const page = await newPage();
  const messages: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => messages.push(message.text()));
  page.on("pageerror", (error) => messages.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(file);

  expect(messages).toEqual([]);
  expect(requests.filter((url) => !url.startsWith("data:"))).toEqual([file]);
  expect(await page.title()).toBe("deep");
  expect(await page.textContent(".question")).toBe("Does <b>batch norm</b> matter & how?");
});

chromiumTest("lets nothing in that would ask the network", async () => {
  const page = await newPage();
  await page.goto(file);

  const blocked = await page.evaluate(`new Promise((resolve) => {
    document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
    document.body.append(Object.assign(new Image(), { src: "http://127.0.0.1:9/x.png" }));
  })`);

  expect(blocked).toBe("img-src");
});

const COLORS = [
  ...["page", "text", "muted", "link", "error", "warning", "info", "guide"],
  ...Array.from({ length: 8 }, (_, place) => `s${place}`),
  ...Array.from({ length: 4 }, (_, place) => `p${place}`),
];

chromiumTest.each(["light", "dark"] as const)(
  "is readable on a %s page: text 4.5 to 1, lines 3 to 1",
  async (colorScheme) => {
    const page = await newPage({ colorScheme });
    await page.goto(file);

    const colors = await page.evaluate<Readonly<Record<string, string>>>(`(() => {
      const probe = document.body.appendChild(document.createElement("i"));
      return Object.fromEntries(${JSON.stringify(COLORS)}.map((name) => {
        probe.style.color = "var(--" + name + ")";
        return [name, getComputedStyle(probe).color];
      }));
    })()`);
    const { page: background = "", ...others } = colors;
    const contrasts = Object.entries(others).map(([name, color]) => ({
      name,
      contrast: contrastOf(color, background),
    }));

    expect(luminance(background) < 0.2).toBe(colorScheme === "dark");
    for (const { name, contrast } of contrasts) {
      expect([name, contrast]).toEqual([
        name,
        expect.toSatisfy((value: number) => value >= (/^[sp]\d$|guide/.test(name) ? 3 : 4.5)),
      ]);
    }
  },
);

chromiumTest("draws what colours mean in dashes too, and takes them from the page", async () => {
  const page = await newPage({ colorScheme: "dark" });
  await page.goto(file);

  const strokes = await page.evaluate<readonly (readonly [string, string | null])[]>(
    `[...document.querySelectorAll(".swatch path")].map((path) =>
      [getComputedStyle(path).stroke, path.getAttribute("stroke-dasharray")])`,
  );

  expect(strokes.length).toBeGreaterThanOrEqual(3);
  expect(new Set(strokes.slice(0, 3).map(([color]) => color)).size).toBe(3);
  expect(new Set(strokes.slice(0, 3).map(([, dash]) => dash)).size).toBe(3);
});

chromiumTest("names every chart and picture", async () => {
  const page = await newPage();
  await page.goto(file);

  const charts = await page.$$eval('svg[role="img"]', (all) =>
    all.map((svg) => [
      svg.querySelector("title")?.textContent,
      svg.querySelector("desc")?.textContent,
      svg.querySelectorAll("path").length,
    ]),
  );
  const pictures = await page.$$eval("img", (all) =>
    all.map((image) => [image.alt, image.naturalWidth]),
  );
  const unnamed = await page.$$eval(
    "figure",
    (all) =>
      all.filter((one) => (one.querySelector("figcaption")?.textContent ?? "") === "").length,
  );
  const landmarks = await page.$$eval("header, nav, main, footer", (all) =>
    all.map(({ tagName }) => tagName),
  );

  expect(charts.length).toBeGreaterThan(10);
  for (const [title, description, paths] of charts) {
    expect(title).toMatch(/\S/);
    expect(description).toMatch(/\d/);
    expect(paths).toBeGreaterThan(2);
  }
  expect(pictures.length).toBeGreaterThanOrEqual(2 * 2);
  for (const [alt, width] of pictures)
    expect([alt, width]).toEqual([expect.stringMatching(/^Map of 32 examples by 12 units/), 12]);
  expect(unnamed).toBe(0);
  expect(landmarks).toEqual(["HEADER", "NAV", "MAIN", "FOOTER"]);
});

chromiumTest(
  "has a table with numbers for every chart and picture, folded in its section",
  async () => {
    const page = await newPage();
    await page.goto(file);

    const found = await page.$$eval('svg[role="img"], img', (all) =>
      all.map((one) => {
        const tables = [
          ...(one.closest("section[aria-labelledby]")?.querySelectorAll("table") ?? []),
        ];
        return {
          name: one.querySelector("title")?.textContent ?? one.closest("figure")?.textContent ?? "",
          captions: tables.map((table) => table.caption?.textContent ?? ""),
          rows: tables.flatMap((table) => [...table.rows].map((row) => row.textContent ?? "")),
        };
      }),
    );
    const folds = await page.$$eval("section[aria-labelledby] details > summary", (all) =>
      all.map((one) => [one.closest("section[aria-labelledby]")?.ariaLabel, one.textContent]),
    );

    expect(found.length).toBeGreaterThan(20);
    for (const { name, rows } of found)
      expect([name, rows.filter((text) => /\d/.test(text)).length]).toEqual([
        name,
        expect.toSatisfy((count: number) => count >= 2),
      ]);
    const histograms = found.filter(({ name }) => /: (activations|gradients)/.test(name));
    expect(histograms).toHaveLength(3 * 3);
    for (const { name, captions } of histograms)
      expect(captions).toContainEqual(expect.stringContaining(`${name.split(": ")[1]}: spread`));
    const maps = found.filter(({ name }) => name.includes("% saturated, "));
    expect(maps.length).toBeGreaterThan(6);
    for (const { name, rows } of maps)
      expect(rows).toContainEqual(expect.stringContaining(name.split(": ")[0] ?? "-"));
    expect(folds.filter(([, text]) => text === "in numbers").length).toBeGreaterThan(3);
  },
);

/** Where the histograms of each kind of number are, in the order of the groups. */
async function histogramPlaces(page: Page): Promise<readonly (readonly Place[])[]> {
  const places = await page.$$eval(".rows-3 > div", (all) =>
    all.map((one) => {
      const { left, top } = one.getBoundingClientRect();
      return { left: Math.round(left), top: Math.round(top) };
    }),
  );
  return [0, 1, 2].map((kind) => places.filter((_place, i) => i % 3 === kind));
}

type Box = Readonly<Record<"left" | "right" | "top" | "bottom" | "width", number>>;

type Place = { readonly left: number; readonly top: number };

chromiumTest("sets the histograms of a kind below one another, group by group", async () => {
  const page = await newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(file);
  const [activations = [], ...gradients] = await histogramPlaces(page);
  await page.setViewportSize({ width: 500, height: 800 });
  const [first = [], second = [], third = []] = await histogramPlaces(page);

  expect(activations).toHaveLength(3);
  for (const places of [activations, ...gradients]) {
    expect(new Set(places.map(({ left }) => left)).size).toBe(1);
    expect(places.map(({ top }) => top)).toEqual(activations.map(({ top }) => top));
  }
  const downwards = [...first, ...second, ...third].map(({ top }) => top);
  expect(downwards).toEqual(downwards.toSorted((a, b) => a - b));
});

chromiumTest.each([
  [500, ".small"],
  [1280, ".large"],
] as const)("shows the whole loss chart and names its lines on %i pixels", async (width, shown) => {
  const page = await newPage({ viewport: { width, height: 800 } });
  await page.goto(file);

  const charts = await page.$$eval("[aria-labelledby=loss] svg[role=img]", (all) =>
    all
      .filter((one) => one.checkVisibility())
      .map((one) => {
        const [, , drawn = "1"] = one.getAttribute("viewBox")?.split(" ") ?? [];
        const names = [
          ...one.querySelectorAll("text"),
          ...(one.parentElement?.querySelectorAll("li") ?? []),
        ];
        const { right, width: wide } = one.getBoundingClientRect();
        return {
          right,
          size: one.closest(".small, .large")?.className,
          font: (12 * wide) / Number(drawn),
          names: names.map((name) => name.textContent ?? ""),
        };
      }),
  );

  expect(new Set(charts.map(({ size }) => `.${size}`))).toEqual(new Set([shown]));
  for (const { right, font, names } of charts) {
    expect(right).toBeLessThanOrEqual(width);
    expect(font).toBeGreaterThan(9);
    expect(names).toEqual(expect.arrayContaining(["plain", "normed", "wild", "ln 18"]));
  }
});

chromiumTest("fits a phone: what is wider scrolls by itself", async () => {
  const page = await newPage({ viewport: { width: 390, height: 800 } });
  await page.goto(file);

  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
});

chromiumTest("never draws a parameter in the colour of a group", async () => {
  const page = await newPage();
  await page.goto(file);

  const strokes = await page.$$eval("[aria-labelledby=updates] path[data-of]", (all) =>
    all.map((one) => one.getAttribute("stroke")),
  );

  expect(strokes.length).toBeGreaterThan(3 * 5);
  for (const stroke of strokes) expect(stroke).toMatch(/^var\(--p\d\)$/);
});

chromiumTest(
  "text has a column, charts are wider, and their captions stand in the margin",
  async () => {
    const page = await newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(file);

    const boxes = await page.evaluate<Readonly<Record<string, Box>>>(`Object.fromEntries(
    [["text", ".answer"], ["chart", "figure .chart"], ["caption", "figure figcaption"]].map(([name, one]) =>
      [name, document.querySelector(one).getBoundingClientRect().toJSON()]))`);

    expect(boxes.text?.width).toBeLessThan(760);
    expect(boxes.chart?.width).toBeGreaterThan(boxes.text?.width ?? 0);
    expect(boxes.caption?.left).toBeGreaterThan(boxes.chart?.right ?? 0);
    expect(boxes.caption?.top).toBeLessThan(boxes.chart?.bottom ?? 0);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(1280);
  },
);

chromiumTest(
  "tells step and value under the pointer, by the arrow keys and under a finger",
  async () => {
    const page = await newPage({ viewport: { width: 1280, height: 900 }, hasTouch: true });
    await page.goto(file);
    const chart = page.locator("[aria-labelledby=loss] .large svg").first();
    const reading = page.locator("[aria-labelledby=loss] .large output").first();
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    const [x, y] = [(box?.x ?? 0) + 300, (box?.y ?? 0) + (box?.height ?? 0) - 60];

    await page.mouse.move(x, y);
    const pointed = await reading.textContent();
    await page.mouse.move(x, 0);
    const left = await reading.textContent();
    await chart.focus();
    await page.keyboard.press("ArrowRight");
    const first = await reading.textContent();
    await page.keyboard.press("ArrowRight");
    const second = await reading.textContent();
    await page.touchscreen.tap(x, y);

    expect(pointed).toMatch(/^step [\d,]+: (plain|normed|wild) \d+\.\d+/);
    expect(left).toBe("");
    expect(first).toMatch(/^step \d+: /);
    expect(Number(/\d+/.exec(second ?? ""))).toBeGreaterThan(Number(/\d+/.exec(first ?? "")));
    expect(await reading.textContent()).toBe(pointed);
  },
);

chromiumTest("what the pointer reads is what the tables have", async () => {
  const page = await newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(file);
  const chart = page.locator("[aria-labelledby=updates] svg").first();
  await chart.focus();
  await page.keyboard.press("ArrowRight");
  const read = await page.locator("[aria-labelledby=updates] output").first().textContent();
  const [, param = "", value = ""] = /^step \d+: (\S+) (−?[\d.]+)$/.exec(read ?? "") ?? [];

  const row = await page
    .locator("[aria-labelledby=updates] tbody tr", { hasText: param })
    .first()
    .locator("td")
    .first()
    .textContent();

  const [stored = ""] = (row ?? "").split(" →");
  const number = (text: string): number => Number(text.replace("−", "-"));
  expect(Math.abs(number(value) - number(stored))).toBeLessThan(0.011);
});

chromiumTest("without its script the page lacks nothing but the reading", async () => {
  const page = await newPage({ javaScriptEnabled: false });
  await page.goto(file);

  expect(await page.locator("output").count()).toBe(0);
  expect(await page.locator(".answer").isVisible()).toBe(true);
});

chromiumTest("draws every text of a chart inside of it", async () => {
  const page = await newPage();
  await page.goto(file);

  const outside = await page.$$eval('svg[role="img"] text', (texts) =>
    texts.flatMap((text) => {
      const own = text.getBoundingClientRect();
      const box = text.closest("svg")?.getBoundingClientRect() ?? own;
      const isInside =
        own.left >= box.left - 1 &&
        own.right <= box.right + 1 &&
        own.top >= box.top - 1 &&
        own.bottom <= box.bottom + 1;
      return isInside ? [] : [text.textContent];
    }),
  );

  expect(outside).toEqual([]);
});

chromiumTest(
  "prints on white paper, also from a dark screen, with nothing cut off at the right",
  async () => {
    const page = await newPage({ colorScheme: "dark", viewport: { width: 688, height: 1000 } });
    await page.goto(file);

    const pdf = await page.pdf({ format: "A4" });
    await page.emulateMedia({ media: "print" });
    const [background, width] = await page.evaluate<readonly [string, number]>(
      "[getComputedStyle(document.body).backgroundColor, document.documentElement.scrollWidth]",
    );

    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    expect(pdf.toString("latin1").split("/Type /Page\n").length - 1).toBeGreaterThan(3);
    expect(background).toBe("rgb(255, 255, 255)");
    expect(width).toBeLessThanOrEqual(688);
  },
);

const canRead = spawnSync("pdftotext", ["-v"]).status === 0;

test.skipIf((found === "" || !canRead) && !process.env.CI)(
  "prints the folded tables, all of their rows",
  async () => {
    const page = await newPage();
    await page.goto(file);
    const folded = await page.$$eval("details:not([open])", (all) =>
      all.map((one) => [
        ...(one.querySelector("caption")?.textContent ?? "").split(" "), // columns may lie side by side
        ...[...one.querySelectorAll("tbody tr:last-child > *")].map((cell) => cell.textContent),
      ]),
    );

    await page.emulateMedia({ media: "print" });
    // The browser lays out what was folded only with its next frame.
    await vi.waitFor(
      async () => {
        const heights = await page.$$eval("details:not([open]) table", (all) =>
          all.map((one) =>
            one.checkVisibility({ contentVisibilityAuto: true }) ? one.clientHeight : 0,
          ),
        );
        expect(Math.min(...heights)).toBeGreaterThan(20);
      },
      { timeout: PATIENCE },
    );
    const pdf = await page.pdf({ format: "A4" });
    const { stdout } = spawnSync("pdftotext", ["-raw", "-", "-"], {
      input: pdf,
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    });

    const said = stdout.replaceAll(/\s+/g, "");
    expect(folded.length).toBeGreaterThan(10);
    for (const texts of folded) {
      for (const text of texts) expect(said).toContain((text ?? "").replaceAll(/\s+/g, ""));
    }
  },
);

async function newPage(options: BrowserContextOptions = {}): Promise<Page> {
  if (browser === undefined) throw new Error("there is no chromium; install the Debian package");
  const context = await browser.newContext({ offline: true, ...options });
  context.setDefaultTimeout(PATIENCE);
  onTestFinished(() => context.close());
  return context.newPage();
}

/** WCAG 2's contrast of two colours. */
function contrastOf(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = (color.match(/\d+/g) ?? []).map((part) => {
    const value = Number(part) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
