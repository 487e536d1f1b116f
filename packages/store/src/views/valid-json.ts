/** SQL of a stored text where it is JSON, else of an empty map: one damaged run ends no query over all of them. */
export function validJson(text: string): string {
  return `iif(json_valid(${text}), ${text}, '{}')`;
}

/** SQL of a text that a stored map has under a key; null where it has none there, or is no map. */
export function textIn(map: string, key: string): string {
  return `(select value from json_each(${validJson(map)}) where key = '${key}' and type = 'text')`;
}
