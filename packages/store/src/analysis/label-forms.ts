/** Labels of runs in short: `kaiming 0.5 · none` for `weight=kaiming_gain_0.5-batch_norm=none`. */
import type { Forms } from "@ablate/text";
import { type Configured, differingKeys, factorKeys, settingOf } from "./factors.ts";
import { settingTexts } from "./setting-texts.ts";

/** What a run, or a group of which it is one, is called. */
export type Labelled = { readonly label: string; readonly run: Configured };

/** A key within a label, after its beginning or the dash that ends what is before. */
const KEY = /(?:^|-)([A-Za-z_][\w.]*)=/g;

/** Ways to shorten a label, the longest first, and what then stands between its parts. */
const BETWEEN = {
  keyed: " · ",
  bare: " · ",
  tail: " · ",
  differing: " · ",
  tight: "·",
} as const;

/**
 * How short: numbers have their keys; no value has its key; values are without the words that all of them begin with;
 * what is the same in all is left out; the same without spaces.
 */
type Style = keyof typeof BETWEEN;

/**
 * Returns what each run may be called, from its label on ever shorter: its variant and the values of those of its
 * label's keys that differ. A label that names no key has no other form.
 *
 * @param differing - keys of the config that differ in all runs of which these are some; without them in these
 */
export function labelForms(
  labelled: readonly Labelled[],
  differing: readonly string[] = differingKeys(labelled.map(({ run }) => run)),
): Forms[] {
  const runs = labelled.map(({ run }) => run);
  const rest = factorKeys(runs);
  const read = readLabels(labelled, { differing, rest });
  const own = read.map(({ keys }) => keys);
  const keyed = shorten(labelled, read, own);
  const labels = labelled.map(({ label }) => label);
  // A label that was too long has lost keys at its end: then all that differ have to do.
  const isEnough = countOf(keyed("keyed")) === countOf(labels);
  const write = isEnough
    ? keyed
    : shorten(
        labelled,
        read,
        own.map((keys) => [...new Set([...keys, ...rest])]),
      );
  const forms = [...(["keyed", "bare", "tail", "differing", "tight"] as const).map(write)];
  return labels.map((label, i) => [label, ...forms.map((texts) => texts[i] ?? label)]);
}

/** The end of a label that was too long: a part of a hash, which has letters and digits. */
const HASHED = /-(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{6,}$/;

/** Splits labels into their parts; where one is a name cut to a hash, of those all values that differ. */
function readLabels(
  labelled: readonly Labelled[],
  { differing, rest }: Readonly<Record<"differing" | "rest", readonly string[]>>,
): Parts[] {
  const read = labelled.map(({ label }) => partsOf(label, differing));
  const isCut = labelled.map(({ label }) => HASHED.test(label));
  const isKeyless = read.some(({ keys }, i) => isCut[i] && keys.length === 0);
  if (!isKeyless || rest.length === 0) return read;
  const cut = (keys: readonly string[]) =>
    read.map((parts, i): Parts => (isCut[i] ? { before: "", keys } : parts));
  const found = cut(rest);
  const texts = shorten(
    labelled,
    found,
    found.map(({ keys }) => keys),
  )("keyed");
  return countOf(texts) === labelled.length ? found : cut([...rest, "seed"]);
}

function countOf(texts: readonly string[]): number {
  return new Set(texts).size;
}

type Parts = {
  readonly before: string;
  readonly keys: readonly string[];
  /** What the label itself says of keys that several of the config may be, by these keys. */
  readonly written?: ReadonlyMap<string, string>;
};

/** Begins a key that is only the label's: no key of a config does. */
const WRITTEN = "=";

/** Makes a function that writes all labels in one style. */
function shorten(
  labelled: readonly Labelled[],
  read: readonly Parts[],
  keys: readonly (readonly string[])[],
): (style: Style) => string[] {
  const all = [...new Set(keys.flat())];
  const columns = new Map(
    all.map((key) => {
      const settings = labelled.map(({ run }) => settingOf(run, key));
      // Labels of other grids that do not name the key make its values no longer.
      const named = settings.filter((_, i) => keys[i]?.includes(key));
      const texts = key.startsWith(WRITTEN)
        ? read.map(({ written }) => written?.get(key) ?? "")
        : settings.map(settingTexts(named));
      const name = key.split(".").at(-1) ?? key;
      // Of a single label all would be the same.
      const own = texts.filter((_, i) => keys[i]?.includes(key));
      const isSame = own.length > 1 && countOf(own) === 1;
      const short = withoutCommonWords(texts, own);
      const column = settings.map((setting, i): Readonly<Record<Style, string>> => {
        const text = texts[i] ?? "";
        const keyed = `${name} ${text}`;
        const isSaid =
          key.startsWith(WRITTEN) ||
          typeof setting?.value === "string" ||
          typeof setting?.value === "object";
        const bare = key === "seed" ? keyed : text;
        const tail = key === "seed" ? keyed : (short[i] ?? text);
        const differing = isSame ? "" : tail;
        return { keyed: isSaid ? text : keyed, bare, tail, differing, tight: differing };
      });
      return [key, column];
    }),
  );
  return (style) =>
    labelled.map(({ label }, i) => {
      const { before = "", keys: named = [] } = read[i] ?? {};
      if (named.length === 0) return label;
      const values = (keys[i] ?? []).map((key) => columns.get(key)?.[i]?.[style] ?? "");
      return [before, ...values].filter((text) => text !== "").join(BETWEEN[style]) || label;
    });
}

/**
 * Takes off the words with which all of some texts begin, as long as each has one left: of `kaiming 0.5` and
 * `kaiming 4`.
 */
function withoutCommonWords(all: readonly string[], some: readonly string[]): string[] {
  const words = some.map((text) => text.split(" "));
  const [first = []] = words;
  const shortest = Math.min(...words.map(({ length }) => length));
  const differs = first.findIndex((word, i) => words.some((other) => other[i] !== word));
  const common = Math.min(differs < 0 ? first.length : differs, shortest - 1);
  return all.map((text) => text.split(" ").slice(common).join(" "));
}

/** Splits a label into what is before its keys, as a variant's name is, and those of its keys that differ. */
function partsOf(label: string, differing: readonly string[]): Parts {
  const grid = label.lastIndexOf("/") + 1;
  const found = [...label.slice(grid).matchAll(KEY)];
  const before = label.slice(0, grid + (found[0]?.index ?? 0));
  const written = new Map<string, string>();
  const keys = found.flatMap(({ 0: all, 1: name = "", index }, i) => {
    const meant = differing.filter((key) => `.${key}`.endsWith(`.${name}`));
    if (meant.length < 2 || HASHED.test(label)) return meant.length === 1 ? meant : [];
    const own = `${WRITTEN}${name}`;
    const end = found[i + 1]?.index;
    const text = label.slice(grid + index + all.length, end && grid + end);
    written.set(own, text.replace(/(?<=\p{L})_/gu, " "));
    return [own];
  });
  return { before: before.replace(/\/$/, ""), keys, written };
}
