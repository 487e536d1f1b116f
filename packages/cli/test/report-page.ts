/** A report in Chromium: of two variants of two hidden layers, with batch norm and without, and one that starts badly. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { ablate, makeFolder } from "./make.ts";
import { reportIn } from "./report-make.ts";

const found = spawnSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).stdout.trim();

export const hasChromium: boolean = found !== "";
export const chromiumTest: ReturnType<typeof test.skipIf> = test.skipIf(
  !hasChromium && !process.env.CI,
);

/** A browser on a busy machine. */
export const PATIENCE = 110_000;

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

type Report = {
  /** Its address. */
  file: string;
  html: string;
  readonly newPage: (options?: BrowserContextOptions) => Promise<Page>;
};

/** Trains and writes the report before the tests of a file, and opens pages for them. */
export function deepReport(): Report {
  let browser: Browser | undefined;
  const report: Report = { file: "", html: "", newPage };

  beforeAll(async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, "deep.yaml"), DEEP);
    const { status, stderr } = await ablate(folder, "run", "deep.yaml", "--quiet");
    expect([stderr, status]).toEqual(["", 0]);
    report.html = await reportIn(folder, "deep");
    report.file = `file://${join(folder, "report.html")}`;
    if (!hasChromium) return;
    const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    browser = await chromium.launch({ executablePath: found, args, timeout: PATIENCE });
  });

  afterAll(() => browser?.close());

  async function newPage(options: BrowserContextOptions = {}): Promise<Page> {
    if (browser === undefined) throw new Error("there is no chromium; install the Debian package");
    const context = await browser.newContext({ offline: true, ...options });
    context.setDefaultTimeout(PATIENCE);
    onTestFinished(() => context.close());
    return context.newPage();
  }

  return report;
}
