/** Texts of the values that runs have of one key: never the same for two of them. */
import { byDigits, tellApart, UNKNOWN, type Ways } from "@ablate/text";
import { isMap } from "../reading/stored-json.ts";
import { briefSetting, KIND_KEYS, type Setting, setting } from "./settings.ts";
import { shortText } from "./short-settings.ts";

type Found = Setting | null | undefined;

/** Makes a function that writes the values of a key; a run without the key has a dash. */
export type SettingText = (found: Found) => string;

/**
 * Makes a function that writes the values of one key: in short, unless whole ones are asked for, and as much
 * longer as tells them apart.
 */
export function settingTexts(
  settings: Iterable<Found>,
  { isWhole = false }: { readonly isWhole?: boolean } = {},
): SettingText {
  const known = [...settings].filter((one) => one !== null && one !== undefined);
  const differing = differingMembers(known);
  // Where runs of other lengths have the same curve, it does not end with each of them.
  const others = new Set(known.filter(({ endsWithRun }) => !endsWithRun).map(({ id }) => id));
  const short = ({ key, value, id }: Setting, digits: number, most?: number) =>
    shortText(key, value, { digits, saysEnd: others.has(id), ...(most && { most }) });
  const brief: Ways<Setting> = [
    (one) =>
      one.key === "data" ? one.text : (short(one, 3, MOST) ?? cutText(briefSetting(one.value))),
    ...byDigits<Setting>(3, (one, digits) => short(one, digits) ?? briefSetting(one.value, digits)),
    ...byDigits<Setting>(4, ({ value }, digits) => setting(only(value, differing), digits)),
  ];
  const whole: Ways<Setting> = [
    (one) => short(one, 4) ?? one.text,
    ...byDigits<Setting>(5, ({ value }, digits) => setting(value, digits)),
    ({ id }) => id,
  ];
  const texts = tellApart(known, ({ id }) => id, isWhole ? whole : [...brief, ...whole]);
  return (found) => (found ? (texts.get(found.id) ?? found.text) : UNKNOWN);
}

/** Characters of a list of layers in a table, or of a text that another program has as a setting. */
const MOST = 72;

function cutText(text: string): string {
  const letters = [...text];
  return letters.length <= MOST ? text : `${letters.slice(0, MOST - 1).join("")}…`;
}

/** Returns the members of maps, such as `gain` of a scheme, that are not the same in all maps of their kind. */
function differingMembers(settings: readonly Setting[]): ReadonlySet<string> {
  const values = new Map<string, Set<string>>();
  const maps = settings.map(({ value }) => value).filter(isMap);
  for (const map of maps) {
    const kind = kindOf(map);
    for (const [key, member] of Object.entries(map)) {
      const id = memberId(kind, key);
      values.set(id, (values.get(id) ?? new Set()).add(JSON.stringify(member)));
    }
  }
  const several = [...values].filter(([, texts]) => texts.size > 1);
  return new Set(several.map(([id]) => id));
}

/** Leaves of a scheme or a batch norm what it is and the members that differ. */
function only(value: unknown, differing: ReadonlySet<string>): unknown {
  if (!isMap(value)) return value;
  const kind = kindOf(value);
  if (kind === "") return value;
  return Object.fromEntries(
    Object.entries(value).filter(
      ([key]) => KIND_KEYS.includes(key) || differing.has(memberId(kind, key)),
    ),
  );
}

function kindOf(value: Readonly<Record<string, unknown>>): string {
  const key = KIND_KEYS.find((one) => one in value);
  return key === undefined ? "" : String(value[key]);
}

function memberId(kind: string, key: string): string {
  return `${kind} ${key}`;
}
