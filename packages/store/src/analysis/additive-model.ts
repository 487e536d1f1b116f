/** Least squares of numbers on the values of some factors, each value having an effect of its own. */

/** For each factor the value of each row, as whole numbers from 0 on. */
export type Design = readonly (readonly number[])[];

/** Returns how much of the sum of squares of numbers a model explains. */
export type Explained = (numbers: readonly number[]) => {
  /** By all factors together. */
  readonly all: number;
  /** By each factor beyond all the others. */
  readonly each: readonly number[];
  readonly total: number;
};

export type AdditiveModel = {
  readonly explained: Explained;
  /** Degrees of freedom: of each factor beyond the others, and what is left of rows. */
  readonly each: readonly number[];
  readonly rest: number;
  /** Whether the factors are orthogonal, so that what each explains adds up. */
  readonly isBalanced: boolean;
};

/** Fits effects of all values of all factors at once; what a factor explains alone is what is lost without it. */
export function additiveModel(design: Design): AdditiveModel {
  const rows = design[0]?.length ?? 0;
  const columns = design.map(columnsOf);
  const whole = basisOf(columns.flat());
  const without = columns.map((_, i) => basisOf(columns.filter((__, k) => k !== i).flat()));
  const alone = columns.map(basisOf);
  const explained: Explained = (numbers) => {
    const centred = centre(numbers);
    const all = projected(whole, centred);
    return {
      all,
      each: without.map((basis) => Math.max(0, all - projected(basis, centred))),
      total: dot(centred, centred),
    };
  };
  return {
    explained,
    each: without.map((basis) => whole.length - basis.length),
    rest: rows - 1 - whole.length,
    isBalanced: alone.every((own, i) =>
      alone
        .slice(i + 1)
        .every((other) => own.every((a) => other.every((b) => Math.abs(dot(a, b)) < NOTHING))),
    ),
  };
}

const NOTHING = 1e-9;

/** Returns a centred column for each value of a factor but the first. */
function columnsOf(values: readonly number[]): readonly (readonly number[])[] {
  const last = values.reduce((a, b) => Math.max(a, b), 0);
  return Array.from({ length: last }, (_, i) =>
    centre(values.map((value) => (value === i + 1 ? 1 : 0))),
  );
}

function centre(values: readonly number[]): readonly number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

/** Makes columns orthonormal, one after the other; those that others add up to are left out. */
function basisOf(columns: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const basis: (readonly number[])[] = [];
  for (const column of columns) {
    let rest = column;
    for (const one of [...basis, ...basis]) {
      const along = dot(one, rest);
      rest = rest.map((value, i) => value - along * (one[i] ?? 0));
    }
    const length = Math.sqrt(dot(rest, rest));
    if (length > NOTHING * Math.sqrt(dot(column, column)))
      basis.push(rest.map((value) => value / length));
  }
  return basis;
}

function projected(basis: readonly (readonly number[])[], numbers: readonly number[]): number {
  return basis.reduce((sum, one) => sum + dot(one, numbers) ** 2, 0);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
