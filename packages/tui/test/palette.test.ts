import { COLOUR_SLOTS, slotOf } from "@ablate/store";
import {
  type Color,
  differenceCiede2000,
  filterDeficiencyDeuter,
  filterDeficiencyProt,
  filterDeficiencyTrit,
  oklch,
  parse,
  wcagContrast,
} from "culori";
import { expect, test } from "vitest";
import { looksOf } from "../src/data/looks.ts";
import { themeFor } from "../src/terminal/show.ts";
import { RAMP_LEVELS, type Tone } from "../src/text/line.ts";
import { type Background, coloursOf, paint } from "../src/text/theme.ts";

const GROUNDS: readonly Background[] = ["dark", "light"];

/** Black, the backgrounds of usual editors and of Solarized, and the bar of a selected row. */
const BEHIND: Readonly<Record<Background, readonly string[]>> = {
  dark: ["#000000", "#1e1e1e", "#002b36", "#303030"],
  light: ["#ffffff", "#fdf6e3", "#e4e4e4"],
};

/** What WCAG 2 asks of graphics (1.4.11). */
const LEAST_CONTRAST = 3;

/** CIEDE2000: about 1 is just noticed side by side, 10 is seen at a glance. */
const SEEN_AT_A_GLANCE = 10;
const STILL_SEEN = 4.5;

/** A colour that is not taken for a verdict beside which it does not stand. */
const NO_VERDICT = 14;

/** From this OKLCH chroma on a colour is named by its hue, and hues within so many degrees have one name. */
const VIVID = 0.1;
const SAME_HUE = 18;

const differenceOf = differenceCiede2000();

/** Simulations after Machado, Oliveira and Fernandes (2009), at full severity. */
const EYES = {
  protanopia: filterDeficiencyProt(1),
  deuteranopia: filterDeficiencyDeuter(1),
  tritanopia: filterDeficiencyTrit(1),
} as const;

/** The colour that a tone has among 256, as xterm defines them. */
function colourOf(tone: Tone, background: Background): string {
  const painted = paint([{ text: "x", tone }], { depth: "256", background });
  const number = Number(/38;5;(\d+)m/.exec(painted)?.[1]);
  const levels = [0, 95, 135, 175, 215, 255];
  const cube = [36, 6, 1].map((size) => levels[Math.floor((number - 16) / size) % 6] ?? 0);
  const grey = 8 + 10 * (number - 232);
  const channels = number < 232 ? cube : [grey, grey, grey];
  return `#${channels.map((one) => one.toString(16).padStart(2, "0")).join("")}`;
}

function seriesOf(background: Background): string[] {
  return Array.from({ length: COLOUR_SLOTS }, (_, i) => colourOf(`series${i}`, background));
}

function parsed(colour: string): Color {
  const found = parse(colour);
  if (found === undefined) throw new Error(`${colour} is no colour`);
  return found;
}

/** Returns every two of them. */
function pairs<T>(all: readonly T[]): (readonly [T, T])[] {
  return all.flatMap((a, i) => all.slice(i + 1).map((b): readonly [T, T] => [a, b]));
}

test.each(GROUNDS)("every colour of a curve stands out from a %s background", (ground) => {
  for (const colour of seriesOf(ground)) {
    const contrasts = BEHIND[ground].map((behind) => wcagContrast(colour, behind));
    expect(Math.min(...contrasts), colour).toBeGreaterThanOrEqual(LEAST_CONTRAST);
  }
});

test.each(GROUNDS)("no two of the 16 colours on %s look alike, to no eyes", (ground) => {
  expect(new Set(seriesOf(ground)).size).toBe(16);
  for (const [a, b] of pairs(seriesOf(ground))) {
    expect(differenceOf(a, b), `${a} ${b}`).toBeGreaterThanOrEqual(SEEN_AT_A_GLANCE);
    for (const [name, seen] of Object.entries(EYES)) {
      const difference = differenceOf(seen(parsed(a)), seen(parsed(b)));
      expect(difference, `${a} ${b}, ${name}`).toBeGreaterThanOrEqual(STILL_SEEN);
    }
  }
});

test.each(GROUNDS)(
  "red means trouble: no curve on %s has it, or another colour of a verdict",
  (ground) => {
    for (const colour of seriesOf(ground)) {
      const { h = 0, c } = oklch(colour) ?? { c: 0 };
      expect(c > 0.09 && (h < 45 || h > 355), `${colour} is red`).toBe(false);
      for (const tone of ["good", "warn", "bad"] as const) {
        const verdict = colourOf(tone, ground);
        expect(differenceOf(colour, verdict), `${colour}, ${tone}`).toBeGreaterThan(NO_VERDICT);
        const hue = Math.abs((oklch(verdict)?.h ?? 0) - h);
        const isOfHue = c > VIVID && Math.min(hue, 360 - hue) < SAME_HUE;
        expect(isOfHue, `${colour} is as vivid as ${tone}, and of its hue`).toBe(false);
      }
    }
  },
);

// A yellow and a lime curve were read as warnings.
test("no curve on a dark background is a vivid orange, yellow or lime", () => {
  for (const colour of seriesOf("dark")) {
    const { h = 0, c } = oklch(colour) ?? { c: 0 };
    expect(c > VIVID && h > 40 && h < 123, `${colour} is as warm as a warning`).toBe(false);
  }
});

test.each(GROUNDS)("no curve on %s is a grey: words that matter less and shades are", (ground) => {
  for (const colour of seriesOf(ground)) expect(oklch(colour)?.c, colour).toBeGreaterThan(0.04);
});

// The loss of the only run was bright black on its own dim shade.
test("no curve among 16 colours looks like what matters less", () => {
  for (const background of GROUNDS) {
    const paintOf = (tone: Tone) => paint([{ text: "x", tone }], { depth: "16", background });
    const series = Array.from({ length: COLOUR_SLOTS }, (_, i) => paintOf(`series${i}`));
    expect(series).not.toContain(paintOf("muted"));
    expect(series.join("")).not.toMatch(/\[(?:2|90|31|91)m/);
    for (const tone of ["good", "bad"] as const) expect(series).not.toContain(paintOf(tone));
    if (background === "dark") expect(series).not.toContain(paintOf("warn"));
  }
});

test.each(GROUNDS)(
  "densities on %s go evenly from the background to what stands out most",
  (ground) => {
    const ramp = Array.from({ length: RAMP_LEVELS }, (_, i) => colourOf(`ramp${i}`, ground));
    const lightness = ramp.map((colour) => oklch(colour)?.l ?? 0);
    const sign = ground === "dark" ? 1 : -1;
    const steps = lightness.slice(1).map((one, i) => sign * (one - (lightness[i] ?? 0)));
    expect(Math.min(...steps)).toBeGreaterThan(0.02);
    expect(Math.max(...steps)).toBeLessThan(0.06);
  },
);

test("where 16 colours or none are told apart, dashes tell curves of one colour apart", () => {
  const keys = ["a", "b", "c", "d", "e", "f", "g"];
  for (const depth of ["16", "mono", "none"] as const) {
    const looks = looksOf(keys.slice(0, 4), { chosen: new Map(), colours: coloursOf(depth) });
    const shown = [...looks.values()].map(({ tone, dash }) => `${tone} ${dash}`);
    expect(new Set(shown).size).toBe(4);
  }
});

test("colours of keys are spread evenly", () => {
  const counts = new Array<number>(COLOUR_SLOTS).fill(0);
  for (let i = 0; i < 16_000; i++) {
    const slot = slotOf(`group:${i.toString(16)}`);
    counts[slot] = (counts[slot] ?? 0) + 1;
  }
  expect(Math.min(...counts)).toBeGreaterThan(850);
  expect(Math.max(...counts)).toBeLessThan(1150);
});

// Keys of configs/quickstart.yaml, with three seeds and with one.
test("the variants of the quickstart have six colours", () => {
  for (const keys of QUICKSTART) expect(new Set(keys.map(slotOf)).size, keys[0]).toBe(6);
});

const QUICKSTART: readonly (readonly string[])[] = [
  [
    "group:d029094a",
    "group:5fcb62bf",
    "group:c015b8a",
    "group:409cafb3",
    "group:f4d2cb47",
    "group:b8e3f490",
  ],
  [
    "run:b4e9b1776bc6bbf38a9984efa44a20153d77cae9a0fe91b31f45c3bd94b3edd6",
    "run:bd994b459b07267cf7c9ed63e15c5d679579f477daed526ac5e1ca0f89fcdd73",
    "run:d926dd90f774e6fe6ff181d1ed7236b36f1d9b7f1289da44b9406e6ca72b39b0",
    "run:b0f80ef026e53d4fe64bd363b477cc7a7d4780a6524ddeeccb0e7edd4f5176aa",
    "run:203269ad3dd97285093f9ca87c564d11c658d67618cb40e74719527f382b8da1",
    "run:8b1a6a0b23cb1d9d6cfdf32d336a208f91074a095b6012440ef11b3e22e05b2a",
  ],
];

test.each<readonly [Readonly<Record<string, string>>, string]>([
  [{ TERM: "xterm-256color" }, "256"],
  [{ TERM: "xterm", COLORTERM: "truecolor" }, "256"],
  [{ TERM: "xterm", COLORTERM: "24bit" }, "256"],
  [{ TERM: "xterm-direct" }, "256"],
  [{ TERM: "xterm-kitty" }, "256"],
  [{ TERM: "tmux-256color" }, "256"],
  [{ WT_SESSION: "1" }, "256"],
  [{ TERM: "xterm" }, "16"],
  [{ TERM: "screen" }, "16"],
  [{ TERM: "linux" }, "16"],
  [{ TERM: "vt220" }, "mono"],
  [{ TERM: "dumb" }, "none"],
  [{ TERM: "xterm-256color", NO_COLOR: "1" }, "mono"],
  [{ TERM: "xterm-256color", NO_COLOR: "" }, "256"],
  [{ TERM: "xterm-256color", FORCE_COLOR: "0" }, "mono"],
  [{ TERM: "xterm-256color", FORCE_COLOR: "1" }, "16"],
  [{ TERM: "xterm", FORCE_COLOR: "2" }, "256"],
  [{ TERM: "dumb", FORCE_COLOR: "3" }, "256"],
])("a terminal with %o has colours: %s", (environment, depth) => {
  expect(themeFor(environment, true).depth).toBe(depth);
});
