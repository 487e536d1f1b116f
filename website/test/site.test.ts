/** The website that `pnpm site` builds, as a host of files serves it below an address of its own. */
import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { chromiumTest, launch, PATIENCE } from "./browser.ts";
import { crawl } from "./crawl.ts";
import { type Served, serve } from "./serve.ts";

const ROOT = join(import.meta.dirname, "../..");
const BASE = "/ablate/";

let folder: string;
let complaints: string;
let served: Served;
let browser: Browser | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "website-"));
  const { VITEST: _, NODE_ENV: __, ...env } = process.env;
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    [
      ...["--conditions=@ablate/source", join(ROOT, "website/src/main.ts"), "build"],
      ...["--base", BASE, "--out", folder],
    ],
    { encoding: "utf8", env },
  );
  expect(status, stderr + stdout).toBe(0);
  complaints = stderr;
  served = await serve(folder, BASE);
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  served?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("has no link without an end: documents, sections, pictures, files", () => {
  const { dead, foreign, pages, links } = crawl(folder, BASE);

  expect(dead).toEqual([]);
  expect(foreign).toEqual([]);
  expect(complaints).not.toContain("left without a link");
  expect(pages).toBeGreaterThan(50);
  expect(links).toBeGreaterThan(2000);
});

test("has every document of docs/ in its sidebar, and every command in its reference", () => {
  const tutorial = readFileSync(join(folder, "tutorial.html"), "utf8");
  const commands = readFileSync(join(folder, "commands.html"), "utf8");

  const documents = globSync("docs/*.md", { cwd: ROOT }).map((path) => basename(path, ".md"));
  const left = documents.filter((name) => !tutorial.includes(`href="${BASE}${name}.html"`));
  expect(left, "website/src/navigation.ts has the groups").toEqual([]);
  for (const verb of ["run", "ui", "diagnose"]) expect(commands).toContain(`id="ablate-${verb}"`);
  expect(commands).toContain("--max-retries N");
});

chromiumTest.each([
  ["update:data ratio", "ratio"],
  ["saturated", "saturated"],
])("finds %s, and asks nobody but its own host", async (words, expected) => {
  const { page, requests, problems } = await newPage();
  await page.goto(`${served.address}${BASE}`);
  await page.keyboard.press("Control+k");
  await page.fill("#localsearch-input", words);

  const results = page.locator("#localsearch-list a.result");
  await results.first().waitFor();
  expect((await results.first().textContent())?.toLowerCase()).toContain(expected);
  await results.first().click();
  await page.waitForURL(/\.html#/);

  expect(problems).toEqual([]);
  expect(requests.filter((url) => !url.startsWith(served.address))).toEqual([]);
});

chromiumTest.each(["ui", "tutorial", "diagnostics"])(
  "keeps the columns of every frame of %s aligned",
  async (name) => {
    const { page } = await newPage();
    await page.goto(`${served.address}${BASE}${name}.html`);
    await page.evaluate("document.fonts.ready");

    const { frames, uneven } = (await page.evaluate(UNEVEN)) as {
      frames: number;
      uneven: readonly string[];
    };
    expect(uneven).toEqual([]);
    expect(frames).toBeGreaterThan(5);
  },
);

/** Lines whose width is not that of their characters in the same frame, by more than a tenth of a column. */
const UNEVEN = `(() => {
  const frames = [...document.querySelectorAll(".frame")];
  const uneven = frames.flatMap((frame) => {
    const lines = [...frame.querySelectorAll(".line")].filter((line) => line.textContent.length > 0);
    const measured = lines.map((line) => {
      const range = document.createRange();
      range.selectNodeContents(line);
      return { text: line.textContent, width: range.getBoundingClientRect().width, columns: [...line.textContent].length };
    });
    const longest = measured.toSorted((a, b) => b.columns - a.columns)[0];
    const column = longest.width / longest.columns;
    return measured.filter((one) => Math.abs(one.width - one.columns * column) > column / 10).map(({ text }) => text);
  });
  return { frames: frames.length, uneven };
})()`;

chromiumTest.each(["light", "dark"] as const)(
  "is readable on a %s page that is 500 pixels wide",
  async (colorScheme) => {
    const { page } = await newPage({ colorScheme, viewport: { width: 500, height: 900 } });
    for (const name of ["index", "overview", "tutorial", "config", "ui", "commands", "sql"]) {
      await page.goto(`${served.address}${BASE}${name}.html`);
      const { wider, faint } = (await page.evaluate(READABLE)) as {
        wider: number;
        faint: readonly string[];
      };
      expect([name, wider]).toEqual([name, 0]);
      expect(faint, name).toEqual([]);
    }
  },
);

/** How much wider the page is than the window, and which text has less than 4.5 to 1 of contrast. */
const READABLE = `(() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    const color = rgb(getComputedStyle(node).backgroundColor);
    const under = () => node.parentElement ? behind(node.parentElement) : [255, 255, 255];
    const share = color[3] ?? 1;
    return share === 1 ? color : under().map((c, i) => color[i] * share + c * (1 - share));
  };
  const contrast = (node) => {
    const [a, b] = [light(rgb(getComputedStyle(node).color)), light(behind(node))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  const nodes = document.querySelectorAll(".vp-doc :is(p, li, td, a, code, .frame i:not(.rule), pre span), .VPHero :is(.text, .name, a)");
  const faint = [...nodes].filter((node) => node.textContent.trim() && contrast(node) < 4.5)
    .map((node) => node.className + " " + node.textContent.slice(0, 30) + " " + contrast(node).toFixed(1));
  return { wider: document.documentElement.scrollWidth - innerWidth, faint: faint.slice(0, 5) };
})()`;

async function newPage(options: BrowserContextOptions = {}): Promise<{
  page: Page;
  requests: string[];
  problems: string[];
}> {
  if (browser === undefined) throw new Error("there is no chromium; install the Debian package");
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const requests: string[] = [];
  const problems: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith("data:")) requests.push(request.url());
  });
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
  });
  page.on("console", (message) => problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(error.message));
  return { page, requests, problems };
}
