import { annotate, openWriter } from "@ablate/store";
import stringWidth from "string-width";
import { expect, onTestFinished, test } from "vitest";
import { Feed } from "../src/data/feed.ts";
import { Session } from "../src/session/session.ts";
import { DEFAULT_SETTINGS } from "../src/state/settings.ts";
import { lineText, lineWidth } from "../src/text/line.ts";
import { addRuns } from "./make.ts";
import { PASTES, type Random, randomFrom, randomKey, randomPointer, randomSize } from "./random.ts";
import { sampleStore } from "./samples.ts";

const SIZES = { columns: [1, 300], rows: [1, 100] } as const;

/** `pnpm test:long` has the long form. */
const INPUTS = process.env.ABLATE_LONG ? 2500 : 600;

test.each([1, 2, 3, 4])(
  `${INPUTS} random keys, clicks, drags, pastes and sizes fit every frame (seed %i)`,
  (seed) => {
    const random = randomFrom(seed);
    const path = sampleStore();
    const ui = sessionAt(path);

    for (let i = 0; i < INPUTS; i++) {
      const did = act(ui, random);
      if (i % 500 === 0) addRun(path, i);
      if (i % 50 === 0) ui.poll(i * 100);
      expect(misfits(ui), `seed ${seed}, input ${i}: ${did}`).toEqual([]);
    }
  },
);

test("a pasted text cannot turn the order of the prompt's line around", () => {
  const ui = sessionAt(sampleStore());

  ui.key("/");
  ui.paste("\u202eabc\u2066\u2028");

  expect(lineText(ui.frame.footer[0] ?? [])).not.toMatch(/[\u202e\u2066\u2028]/); // it is drawn as it was pasted
});

function sessionAt(path: string): Session {
  const feed = new Feed(path);
  onTestFinished(() => feed.close());
  return new Session({
    feed,
    size: { columns: 80, rows: 24 },
    settings: DEFAULT_SETTINGS,
    glyphs: "braille",
    annotate: (change) => annotate(path, change),
  });
}

/** Does something at random and says what it was. */
function act(ui: Session, random: Random): string {
  const kind = random.between(0, 99);
  if (kind < 5) {
    const size = randomSize(random, SIZES);
    ui.resize(size);
    return `resize ${size.columns}x${size.rows}`;
  }
  if (kind < 40) {
    const pointer = randomPointer(random, ui.state.size);
    ui.pointer(pointer);
    return `mouse ${JSON.stringify(pointer)}`;
  }
  if (kind < 43) {
    const text = random.pick(PASTES);
    ui.paste(text);
    return `paste ${JSON.stringify(text.slice(0, 40))}`;
  }
  const key = randomKey(random, ui.state.prompt !== null);
  ui.key(key);
  return `key ${key}`;
}

function addRun(path: string, i: number): void {
  const writer = openWriter(path);
  addRuns(writer, [{ label: `new-${i}`, gain: i, steps: 20 }], "another");
  writer.close();
}

/** What would move the cursor. */
const DISTURBING = /\p{Cc}/u;

/** What is wrong with the frame: its size, or what is in it. */
function misfits(ui: Session): string[] {
  const { columns, rows } = ui.state.size;
  const { header, body, footer } = ui.frame;
  const lines = [...header, ...body, ...footer];
  const wide = lines.filter(
    (one) => lineWidth(one) > columns || stringWidth(lineText(one)) > columns,
  );
  const count = lines.length === rows ? [] : [`${lines.length} lines in ${rows} rows`];
  const unclean = lines.filter((one) => DISTURBING.test(lineText(one)));
  return [
    ...count,
    ...wide.map((one) => `over ${columns} columns: ${lineText(one)}`),
    ...unclean.map((one) => `disturbs a terminal: ${JSON.stringify(lineText(one))}`),
  ];
}
