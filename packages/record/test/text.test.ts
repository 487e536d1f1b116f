import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { text } from "../src/text/text.ts";
import { emptyLog, foundFile, logOf, points, readLog, readOn } from "./read-log.ts";

function file(lines: string): string {
  const folder = mkdtempSync(join(tmpdir(), "ablate-text-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "train.log");
  writeFileSync(path, lines);
  return path;
}

test("reads nanoGPT's lines, and goes on where it was", () => {
  const path = file(
    [
      "tokens per iteration will be: 16,384",
      "number of parameters: 10.65M",
      "step 0: train loss 4.2874, val loss 4.2823",
      "iter 0: loss 4.2659, time 38211.21ms, mfu -100.00%",
      "iter 10: loss nan, time 12.34ms, mfu 17.92%",
      "iter 20: lo",
    ].join("\n"),
  );
  const log = logOf(text, [path]);
  const first = readLog(log);
  appendFileSync(path, "ss 3.5, time 12.5ms, mfu 18%\n");
  const second = readOn(log.open(first.positions), emptyLog());

  expect(points(first, "train_loss")).toEqual([[0, 4.2874]]);
  expect(points(first, "val_loss")).toEqual([[0, 4.2823]]);
  expect(points(first, "loss")).toEqual([
    [0, 4.2659],
    [10, Number.NaN],
  ]);
  expect(points(first, "time")).toEqual([
    [0, 38211.21],
    [10, 12.34],
  ]);
  expect(points(second, "loss")).toEqual([[20, 3.5]]);
});

test.each([
  ["step   250 | loss 6.3 | norm 1.25 | lr 6e-4 | dt 339.10ms", 250, "loss norm lr dt"],
  ["2026-11-28 20:34:54 INFO step=100 loss=6.3 lr=1e-3", 100, "loss lr"],
  ["Epoch [1/5], Step [100/600], loss: 6.3", 100, "loss"],
  ["Train Epoch: 1 [6400/60000 (11%)]\tloss: 6.3", 6400, "loss"],
  ["{'loss': 6.3, 'learning_rate': '4.8e-05', 'epoch': 0.2}", 0, "loss learning_rate"],
  ["Epoch 7/10 - loss: 6.3 - val_accuracy: 0.91", 7, "loss val_accuracy"],
  ["global_step=3 loss=tensor(6.3, grad_fn=<X>)", 3, "loss"],
])("reads a line like %s", (line, step, names) => {
  const path = file(`${line}\n`);
  const log = readLog(logOf(text, [path]));

  expect([...log.metrics.keys()].join(" ")).toBe(names);
  expect(points(log, "loss")).toEqual([[step, 6.3]]);
  expect(text.claims(foundFile(path, false))).toBe(true);
});

test("leaves other texts of a folder", () => {
  const texts = ["We lost 3 games in step 2.\n", "numpy==2.0\ntorch==2.15\n", "x\0loss 3\n"];

  expect(texts.map((one) => text.claims(foundFile(file(one), false)))).toEqual(
    texts.map(() => false),
  );
});
