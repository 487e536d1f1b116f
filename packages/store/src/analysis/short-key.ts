/** As few of a dotted key's last segments as tell it from the other keys: `lr` for `train.lr`. */
export function shortKey(key: string, keys: readonly string[]): string {
  const segments = key.split(".");
  for (let count = 1; count < segments.length; count++) {
    const short = segments.slice(-count).join(".");
    if (keys.filter((other) => `.${other}`.endsWith(`.${short}`)).length === 1) return short;
  }
  return key;
}
