/** How a report is laid out, read by pointing, and printed. */
import { spawnSync } from "node:child_process";
import { expect, test, vi } from "vitest";
import { chromiumTest, deepReport, hasChromium, PATIENCE } from "./report-page.ts";

const report = deepReport();

type Box = Readonly<Record<"left" | "right" | "top" | "bottom" | "width", number>>;

chromiumTest("never draws a parameter in the colour of a group", async () => {
  const page = await report.newPage();
  await page.goto(report.file);

  const strokes = await page.$$eval("[aria-labelledby=updates] path[data-of]", (all) =>
    all.map((one) => one.getAttribute("stroke")),
  );

  expect(strokes.length).toBeGreaterThan(3 * 5);
  for (const stroke of strokes) expect(stroke).toMatch(/^var\(--p\d\)$/);
});

chromiumTest(
  "text has a column, charts are wider, and their captions stand in the margin",
  async () => {
    const page = await report.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(report.file);

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
    const page = await report.newPage({ viewport: { width: 1280, height: 900 }, hasTouch: true });
    await page.goto(report.file);
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
  const page = await report.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(report.file);
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
  const page = await report.newPage({ javaScriptEnabled: false });
  await page.goto(report.file);

  expect(await page.locator("output").count()).toBe(0);
  expect(await page.locator(".answer").isVisible()).toBe(true);
});

chromiumTest(
  "prints on white paper, also from a dark screen, with nothing cut off at the right",
  async () => {
    const page = await report.newPage({
      colorScheme: "dark",
      viewport: { width: 688, height: 1000 },
    });
    await page.goto(report.file);

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

test.skipIf((!hasChromium || !canRead) && !process.env.CI)(
  "prints the folded tables, all of their rows",
  async () => {
    const page = await report.newPage();
    await page.goto(report.file);
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

test.skipIf((!hasChromium || !canRead) && !process.env.CI)(
  "prints each chart on one page, with its first and its last words",
  async () => {
    const page = await report.newPage();
    await page.goto(report.file);
    await page.emulateMedia({ media: "print" });
    const count = await page.evaluate<number>(`(() => {
      const charts = [...document.querySelectorAll("svg[role=img]")].filter((one) => one.checkVisibility());
      charts.forEach((chart, i) => {
        const texts = [...chart.querySelectorAll(":scope > text")];
        const height = (text) => text.getBoundingClientRect().top;
        texts.sort((a, b) => height(a) - height(b));
        texts.at(0).textContent = "first" + i + "x";
        texts.at(-1).textContent = "last" + i + "x";
      });
      return charts.length;
    })()`);

    const pdf = await page.pdf({ format: "A4" });
    const { stdout } = spawnSync("pdftotext", ["-raw", "-", "-"], {
      input: pdf,
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    });

    const pages = stdout.split("\f");
    const pageOf = (word: string): number => pages.findIndex((text) => text.includes(word));
    expect(count).toBeGreaterThan(10);
    for (let i = 0; i < count; i++) {
      expect(pageOf(`first${i}x`), `chart ${i}`).toBeGreaterThanOrEqual(0);
      expect(pageOf(`last${i}x`), `chart ${i}`).toBe(pageOf(`first${i}x`));
    }
  },
);
