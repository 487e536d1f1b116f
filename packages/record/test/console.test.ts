import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openReader } from "@ablate/store";
import { expect, onTestFinished, test } from "vitest";
import { ConsoleLines, withLastLines } from "../src/console-lines.ts";
import { walkRecord } from "../src/wandb/record-walk.ts";
import { RunLog } from "../src/wandb/run-log.ts";
import { NEW_RUN } from "../src/wandb/run-state.ts";
import { recordInto, temporaryFolder } from "./record-make.ts";

function linesIn(folder: string, limit = 2000): string[] {
  const reader = openReader(join(folder, "ablate.db"));
  onTestFinished(() => reader.close());
  const [run] = reader.runs();
  return reader
    .consoleLines(run?.name ?? "", limit)
    .map(({ line, stream, text }) => `${line} ${stream} ${text}`);
}

test("a log of text keeps what was printed, and goes on with it", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "train.log");
  writeFileSync(
    path,
    "loading ...\r\nstep 0: \x1b[31mloss\x1b[0m 4.2\n\n10%\r50%\r100%\nstep 1: loss",
  );

  await recordInto(folder, [path]);
  appendFileSync(path, " 3.5\n");
  await recordInto(folder, [path]);

  expect(linesIn(folder)).toEqual([
    "0 out loading ...",
    "1 out step 0: loss 4.2",
    "2 out ",
    "3 out 100%",
    "4 out step 1: loss 3.5",
  ]);
});

test("of a long log the last thousand lines are kept, by their numbers", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "a"));
  const path = join(folder, "a", "train.log");
  const lines = Array.from({ length: 3000 }, (_, step) => `step ${step}: loss 2.5`);
  writeFileSync(path, `${lines.join("\n")}\n`);

  await recordInto(folder, [path]);

  const kept = linesIn(folder);
  expect([kept.length, kept[0], kept.at(-1)]).toEqual([
    1000,
    "2000 out step 2000: loss 2.5",
    "2999 out step 2999: loss 2.5",
  ]);
  expect(linesIn(folder, 2)).toEqual(kept.slice(-2));
});

test("pieces of two streams make lines as a terminal shows them", () => {
  const console = new ConsoleLines();

  console.add("out", "a", 1000);
  console.add("err", "25%\r", 2000);
  console.add("out", "b\nc", 3000);
  console.add("err", "50%\r100%", null);
  expect(console.take()).toEqual([
    { type: "console", leftOut: 0, lines: [{ atMs: 3000, stream: "out", text: "ab" }] },
  ]);
  console.add("err", "\n", 4000);

  expect(console.take()).toEqual([
    { type: "console", leftOut: 0, lines: [{ atMs: 4000, stream: "err", text: "100%" }] },
  ]);
  expect(console.take()).toEqual([]);
});

test("a file without numbers, which is no run, does not gather its lines without end", () => {
  const lines = (from: number) =>
    Array.from({ length: 900 }, (_, i) => {
      return { atMs: null, stream: "out", text: `${from + i}` } as const;
    });
  const said = { type: "event", kind: "x", message: null } as const;
  const entries = [
    { type: "console", leftOut: 5, lines: lines(0) } as const,
    said,
    { type: "console", leftOut: 0, lines: lines(900) } as const,
  ];

  const kept = withLastLines(entries);

  const [first, second] = kept;
  expect(first).toEqual(said);
  expect(second).toMatchObject({ type: "console", leftOut: 5 + 800 });
  expect(second?.type === "console" && second.lines.map(({ text }) => Number(text))).toEqual(
    Array.from({ length: 1000 }, (_, i) => 800 + i),
  );
});

/** A field of a message of Protocol Buffers with bytes. */
function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of(number * 8 + 2, bytes.length), bytes]);
}

test.each([
  ["output", 4],
  ["output_raw", 13],
])("a record %s of W&B is what was printed", (_, kind) => {
  const seconds = Buffer.of(8, 0x80, 0xe2, 0xcf, 0xaa, 0x6); // 1,700,000,000
  const log = new RunLog(NEW_RUN);
  const stdout = Buffer.of(8, 1);

  walkRecord(
    field(kind, Buffer.concat([stdout, field(2, seconds), field(3, Buffer.from("größe\n"))])),
    log,
  );
  walkRecord(field(kind, field(3, Buffer.from("a warning\n"))), log);

  const [entry] = log.take(false);
  expect(entry).toMatchObject({
    type: "console",
    lines: [
      { stream: "out", text: "größe", atMs: 1_700_000_000_000 },
      { stream: "err", text: "a warning", atMs: null },
    ],
  });
});
