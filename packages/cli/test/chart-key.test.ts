/** The key of the UI that writes the charts that are shown. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ablate, COMMAND, makeFolder } from "./make.ts";
import { openTerminal } from "./pty.ts";
import { train } from "./train.ts";

const PAIR = `name: pair
data: { file: names.txt, context: 3 }
model: { embedding: 4, hidden: [8, 8], activation: tanh, batch_norm: none }
train: { steps: 60, batch_size: 8 }
record: { evaluate: { every: 20 }, samples: 2 }
seeds: [1, 2]
variants:
  plain: {}
  normed: { model.batch_norm: hidden }
`;

async function trained(): Promise<string> {
  const folder = makeFolder();
  writeFileSync(join(folder, "pair.yaml"), PAIR);
  await train(folder, "pair.yaml");
  return folder;
}

function open(folder: string, ...words: readonly string[]) {
  const { PATH = "", HOME = "" } = process.env;
  const environment = { PATH, HOME, TERM: "xterm-256color", XDG_STATE_HOME: join(folder, "state") };
  return openTerminal([...COMMAND, "ui", ...words], { folder, environment });
}

test("P writes the charts of every view that has some, and replaces no file", async () => {
  const folder = await trained();
  const ui = open(folder, "--grid", "pair", "--view", "charts");
  await ui.waitFor(/loss, nats/);
  const shown: readonly (readonly [view: string, file: string])[] = [
    ["2", "pair-charts.svg"],
    ["2", "pair-charts-2.svg"],
    ["3", "pair-plain-seed=1-run.svg"],
    ["4", "pair-effects.svg"],
    ["5", "pair-plain-seed=1-layers.svg"],
    ["7", "pair-effects-2.svg"],
  ];
  for (const [view, file] of shown) {
    ui.type(view);
    ui.type("P");
    await ui.waitFor(new RegExp(`wrote ${file} into`));
  }
  ui.type("6P");
  await ui.waitFor(/Findings has no chart to write: 2 Charts, 3 Run, 4 Compare, 5 Layers/);

  const files = readdirSync(folder).filter((file) => file.endsWith(".svg"));
  expect(files.sort()).toEqual(shown.map(([, file]) => file).sort());
  const text = (file: string): string => readFileSync(join(folder, file), "utf8");
  expect(text("pair-charts.svg")).toMatch(/data-of="plain".*data-of="normed"/);
  expect(text("pair-plain-seed=1-run.svg")).toMatch(/data-of="validation".*log10 update:data/);
  expect(text("pair-effects.svg")).toContain("batch_norm: none → hidden");
  expect(text("pair-plain-seed=1-layers.svg")).toMatch(/hidden1.*gradients of activations.*std of/);
});

test("P writes the chart that is alone, in the colours of the command, without a curve that is hidden", async () => {
  const folder = await trained();
  const ui = open(folder, "--grid", "pair", "--view", "charts");
  await ui.waitFor(/loss, nats/);
  ui.type("\r P");
  await ui.waitFor(/wrote pair-loss\.svg into .*, 89 mm wide/s);

  const own = readFileSync(join(folder, "pair-loss.svg"), "utf8");
  const { stdout } = await ablate(folder, "chart", "pair");
  const stroke = (text: string): string | undefined =>
    /stroke="([^"]+)"[^>]*data-of="normed"/.exec(text)?.[1];
  expect(own).not.toContain("plain");
  expect(stroke(own)).toBeDefined();
  expect(stroke(own)).toBe(stroke(stdout));
});

test("what users put together is one chart of the curve on top, from the command, too", async () => {
  const folder = await trained();
  const ui = open(folder, "--grid", "pair", "--view", "charts");
  await ui.waitFor(/loss, nats/);
  ui.type(":panel losses: train_loss, valid_loss\r:metrics losses\rP");
  await ui.waitFor(/wrote pair-losses\.svg into/);
  const { stdout } = await ablate(
    folder,
    ...["chart", "pair/plain", "--together", "--series", "train_loss,valid_loss"],
  );

  const own = readFileSync(join(folder, "pair-losses.svg"), "utf8");
  for (const text of [own, stdout])
    expect(text).toMatch(/data-of="training".*data-of="validation"/);
});
