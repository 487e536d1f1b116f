/** SQL of a stored text where it is JSON, else of an empty map: one damaged run ends no query over all of them. */
export function validJson(text: string): string {
  return `iif(json_valid(${text}), ${text}, '{}')`;
}
