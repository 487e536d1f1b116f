/** Cases of kernels that compute each element by itself. */
import { type Bed, type Case, COLUMNS, ROWS } from "./self-test-bed.ts";

/** Ordinary numbers, and any bits. */
const DRAWN = [(bed: Bed) => bed.draw(ROWS, COLUMNS), (bed: Bed) => bed.drawBits(ROWS, COLUMNS)];

/** Cases of a kernel that maps consecutive floats. */
function map(name: "tanhForward" | "reluForward" | "expForward" | "logForward"): Case {
  return (bed) => {
    for (const draw of DRAWN) {
      const [x, y] = [draw(bed), bed.room(ROWS, COLUMNS)];
      bed.kernels[name](x.at, y.at, ROWS * x.ld);
      bed.see(y);
    }
  };
}

/** Cases of one that leaves its slope as well. */
function mapWithSlope(
  name: "geluForward" | "geluTanhForward" | "siluForward" | "eluForward",
): Case {
  return (bed) => {
    for (const draw of DRAWN) {
      const [x, y, slope] = [draw(bed), bed.room(ROWS, COLUMNS), bed.room(ROWS, COLUMNS)];
      bed.kernels[name](x.at, y.at, slope.at, ROWS * x.ld);
      bed.see(y, slope);
    }
  };
}

/** Cases of the gradient of one. */
function mapBack(name: "tanhBackward" | "reluBackward" | "sigmoidBackward"): Case {
  return (bed) => {
    const [y, dy] = [bed.draw(ROWS, COLUMNS), bed.draw(ROWS, COLUMNS)];
    bed.kernels[name](y.at, dy.at, dy.at, ROWS * dy.ld);
    bed.see(dy);
  };
}

export const tanhForward: Case = map("tanhForward");
export const tanhBackward: Case = mapBack("tanhBackward");
export const reluForward: Case = map("reluForward");
export const reluBackward: Case = mapBack("reluBackward");
export const expForward: Case = map("expForward");
export const logForward: Case = map("logForward");
export const geluForward: Case = mapWithSlope("geluForward");
export const geluTanhForward: Case = mapWithSlope("geluTanhForward");
export const siluForward: Case = mapWithSlope("siluForward");
export const eluForward: Case = mapWithSlope("eluForward");
export const sigmoidBackward: Case = mapBack("sigmoidBackward");

const SLOPE = 0.25;

export const leakyReluForward: Case = (bed) => {
  for (const draw of DRAWN) {
    const [x, y] = [draw(bed), bed.room(ROWS, COLUMNS)];
    bed.kernels.leakyReluForward(x.at, y.at, ROWS * x.ld, SLOPE);
    bed.see(y);
  }
};

export const leakyReluBackward: Case = (bed) => {
  const [x, dy] = [bed.draw(ROWS, COLUMNS), bed.draw(ROWS, COLUMNS)];
  bed.kernels.leakyReluBackward(x.at, dy.at, dy.at, ROWS * dy.ld, SLOPE);
  bed.see(dy);
};

export const sigmoidForward: Case = (bed) => {
  for (const draw of DRAWN) {
    const [x, y] = [draw(bed), bed.room(ROWS, COLUMNS)];
    bed.kernels.sigmoidForward(x.at, y.at, ROWS, COLUMNS, x.ld);
    bed.see(y);
  }
};

export const softplusForward: Case = (bed) => {
  for (const draw of DRAWN) {
    const [x, y, slope] = [draw(bed), bed.room(ROWS, COLUMNS), bed.room(ROWS, COLUMNS)];
    bed.kernels.softplusForward(x.at, y.at, slope.at, ROWS, COLUMNS, x.ld);
    bed.see(y, slope);
  }
};

/** Cases of a sum or a product. */
function combine(name: "add" | "multiply"): Case {
  return (bed) => {
    for (const draw of DRAWN) {
      const [a, b] = [draw(bed), draw(bed)];
      bed.kernels[name](a.at, b.at, b.at, ROWS * a.ld);
      bed.see(b);
    }
  };
}

export const add: Case = combine("add");
export const multiply: Case = combine("multiply");

export const scale: Case = (bed) => {
  const x = bed.drawBits(ROWS, COLUMNS);
  bed.kernels.scale(x.at, ROWS * x.ld, 0.375);
  bed.see(x);
};

export const clamp: Case = (bed) => {
  const x = bed.drawBits(ROWS, COLUMNS);
  bed.kernels.clamp(x.at, ROWS * x.ld, 0.375);
  bed.see(x);
};
