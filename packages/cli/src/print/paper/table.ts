/** A table as it stands in a paper or on a page, whatever language that is written in. */

/** A number that came out, as text: a dot before its decimals and, where it has one, a power of ten as in `1.2e12`. */
export type PaperNumber = {
  readonly mean: string;
  readonly error: string | null;
  readonly isBold: boolean;
};

export type PaperCell = string | PaperNumber;

export type PaperColumn = {
  readonly title: string;
  /** Numbers stand below each other by their decimal points; a text may stand among them. */
  readonly kind: "text" | "right" | "number";
};

/** Rows that belong together. */
export type PaperGroup = {
  /** Says what they have in common; null where there is but one group. */
  readonly title: string | null;
  readonly rows: readonly (readonly PaperCell[])[];
};

export type PaperTable = {
  readonly columns: readonly PaperColumn[];
  readonly groups: readonly PaperGroup[];
  /** Null: a table without one. */
  readonly caption: string | null;
  /** A name to refer to it by, of letters, digits and dashes. */
  readonly label: string;
};

/** More rows do not fit on a page. */
export const MOST_ON_PAGE = 40;

/** Counts the lines below the head. */
export function linesOfTable({ groups }: PaperTable): number {
  const titles = groups.filter(({ title }) => title !== null).length;
  return groups.reduce((sum, { rows }) => sum + rows.length, titles);
}

type NumberParts = { readonly digits: string; readonly power: string | null };

/** Takes the power of ten off a number, and gives it a minus that is one. */
export function numberParts(text: string): NumberParts {
  const [digits = "", power = null] = text.replaceAll("-", "−").split(/e\+?/);
  return { digits, power };
}

/** Writes a number and its error; both have one power of ten. */
export function measuredText(
  { mean, error }: PaperNumber,
  tenTo: (power: string) => string,
): string {
  const { digits, power } = numberParts(mean);
  const both = error === null ? digits : `${digits} ± ${numberParts(error).digits}`;
  if (power === null) return both;
  return `${error === null ? both : `(${both})`} × ${tenTo(power)}`;
}
