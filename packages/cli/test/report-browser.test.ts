import { HtmlValidate } from "html-validate";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { chromiumTest, deepReport } from "./report-page.ts";

const report = deepReport();

test("is valid HTML with headings in order and nothing but inline styles", async () => {
  const validator = new HtmlValidate({ extends: ["html-validate:recommended"], rules: RULES });

  const { results } = await validator.validateString(report.html);

  expect(results.flatMap(({ messages }) => messages)).toEqual([]);
});

/** What the recommended rules leave to taste. */
const RULES = {
  "long-title": "off",
  "no-inline-style": "error",
  "heading-level": "error",
} as const;

chromiumTest("opens from a file with the network off, without an error or a request", async () => {
  const page = await report.newPage();
  const messages: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => messages.push(message.text()));
  page.on("pageerror", (error) => messages.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(report.file);

  expect(messages).toEqual([]);
  expect(requests.filter((url) => !url.startsWith("data:"))).toEqual([report.file]);
  expect(await page.title()).toBe("deep");
  expect(await page.textContent(".question")).toBe("Does <b>batch norm</b> matter & how?");
});

chromiumTest("lets nothing in that would ask the network", async () => {
  const page = await report.newPage();
  await page.goto(report.file);

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
    const page = await report.newPage({ colorScheme });
    await page.goto(report.file);

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
  const page = await report.newPage({ colorScheme: "dark" });
  await page.goto(report.file);

  const strokes = await page.evaluate<readonly (readonly [string, string | null])[]>(
    `[...document.querySelectorAll(".swatch path")].map((path) =>
      [getComputedStyle(path).stroke, path.getAttribute("stroke-dasharray")])`,
  );

  expect(strokes.length).toBeGreaterThanOrEqual(3);
  expect(new Set(strokes.slice(0, 3).map(([color]) => color)).size).toBe(3);
  expect(new Set(strokes.slice(0, 3).map(([, dash]) => dash)).size).toBe(3);
});

chromiumTest("names every chart and picture", async () => {
  const page = await report.newPage();
  await page.goto(report.file);

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
    const page = await report.newPage();
    await page.goto(report.file);

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

type Place = { readonly left: number; readonly top: number };

chromiumTest("sets the histograms of a kind below one another, group by group", async () => {
  const page = await report.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(report.file);
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
  const page = await report.newPage({ viewport: { width, height: 800 } });
  await page.goto(report.file);

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
  const page = await report.newPage({ viewport: { width: 390, height: 800 } });
  await page.goto(report.file);

  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
});

chromiumTest("draws every text of a chart inside of it", async () => {
  const page = await report.newPage();
  await page.goto(report.file);

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
