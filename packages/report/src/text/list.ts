/** Words as a sentence lists them: `a`, `a and b`, `a, b and c`; of many the first, and how many more. */
export function listed(words: readonly string[]): string {
  const more = words.length - MOST_LISTED;
  if (more > 1) return `${words.slice(0, MOST_LISTED).join(", ")} and ${more} more`;
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}

const MOST_LISTED = 8;
