/** Labels of runs in short: `kaiming 0.5 · none` for `weight=kaiming_gain_0.5-batch_norm=none`. */
import type { Forms } from "@ablate/text";
import { type Configured, differingKeys, factorKeys, settingOf } from "./factors.ts";
import { type SettingText, settingTexts } from "./setting-texts.ts";

/** What a run, or a group of which it is one, is called. */
export type Labelled = { readonly label: string; readonly run: Configured };

/** A key within a label, after its beginning or the dash that ends what is before. */
const KEY = /(?:^|-)([A-Za-z_][\w.]*)=/g;

const BETWEEN = " · ";

/**
 * Returns what each run may be called, its label first: then its variant and the values that differ of the keys that
 * the label names, numbers with their keys; then these without. A label that names no key has no other form.
 */
export function labelForms(labelled: readonly Labelled[]): Forms[] {
  const runs = labelled.map(({ run }) => run);
  const differing = new Set(differingKeys(runs));
  const read = labelled.map(({ label }) => partsOf(label, differing));
  const own = read.map(({ keys }) => keys);
  const texts = new Map<string, SettingText>();
  const textOf = (run: Configured, key: string): string => {
    const text = texts.get(key) ?? settingTexts(runs.map((one) => settingOf(one, key)));
    texts.set(key, text);
    return text(settingOf(run, key));
  };
  const short = (keys: readonly (readonly string[])[], isKeyed: boolean): string[] =>
    labelled.map(({ label, run }, i) => {
      const { before, keys: named } = read[i] ?? { before: "", keys: [] };
      if (named.length === 0) return label;
      const values = (keys[i] ?? []).map((key) => {
        const value = settingOf(run, key)?.value;
        const isBare = key !== "seed" && (!isKeyed || typeof value === "string" || isMade(value));
        return isBare ? textOf(run, key) : `${key.split(".").at(-1)} ${textOf(run, key)}`;
      });
      return [...(before === "" ? [] : [before]), ...values].join(BETWEEN);
    });
  const labels = labelled.map(({ label }) => label);
  // A label that was too long has lost keys at its end.
  const isEnough = countOf(short(own, true)) === countOf(labels);
  const all = factorKeys(runs);
  const keys = isEnough ? own : own.map((some) => [...new Set([...some, ...all])]);
  const [keyed, bare] = [short(keys, true), short(keys, false)];
  return labels.map((label, i) => [label, keyed[i] ?? label, bare[i] ?? label]);
}

function countOf(texts: readonly string[]): number {
  return new Set(texts).size;
}

/** Whether a value is a scheme, a batch norm, a list or a map, which says what it is. */
function isMade(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** Splits a label into what is before its keys, as a variant's name is, and those of its keys that differ. */
function partsOf(
  label: string,
  differing: ReadonlySet<string>,
): { readonly before: string; readonly keys: readonly string[] } {
  const grid = label.lastIndexOf("/") + 1;
  const found = [...label.slice(grid).matchAll(KEY)];
  const before = label.slice(0, grid + (found[0]?.index ?? 0));
  const keys = found.flatMap(([, name = ""]) => {
    const meant = [...differing].filter((key) => `.${key}`.endsWith(`.${name}`));
    return meant.length === 1 ? meant : [];
  });
  return { before: before.replace(/\/$/, ""), keys };
}
