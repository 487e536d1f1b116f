/** Cases of what begins a pass. */
import { type Case, COLUMNS, ROWS } from "./self-test-bed.ts";

const [TOKENS, EMBEDDING, LETTERS, EXAMPLES] = [3, 11, 27, 40];

/** The batch, and the embeddings of its tokens with their gradient. */
export const takeExamples: Case = (bed) => {
  const { kernels } = bed;
  const rows = EXAMPLES * TOKENS;
  const [contexts, examples] = [
    bed.drawIndices(2 * rows, LETTERS),
    bed.drawIndices(ROWS, EXAMPLES),
  ];
  const [tokens, targets] = [bed.room(1, ROWS * TOKENS), bed.room(1, ROWS)];
  kernels.takeExamples(contexts, contexts, examples, tokens.at, targets.at, ROWS, TOKENS);
  const [table, dtable] = [bed.draw(LETTERS, EMBEDDING), bed.room(LETTERS, EMBEDDING)];
  const [x, dx] = [bed.room(ROWS, TOKENS * EMBEDDING), bed.draw(ROWS, TOKENS * EMBEDDING)];
  kernels.gather(table.at, tokens.at, x.at, ROWS, TOKENS, EMBEDDING, table.ld, x.ld);
  // biome-ignore format: as in the kernel
  kernels.scatterAdd(
    dtable.at, tokens.at, dx.at, ROWS, TOKENS, EMBEDDING, LETTERS, dtable.ld, dx.ld);
  bed.see(tokens, targets, x, dtable);
};

/** The first layer on distinct tokens, and its gradients. */
export const forwardTokens: Case = (bed) => {
  const { kernels } = bed;
  const groups = bed.openGroups({
    context: TOKENS,
    embedding: EMBEDDING,
    vocabularySize: LETTERS,
    rows: EXAMPLES,
    units: COLUMNS,
  });
  const tokens = bed.drawIndices(EXAMPLES * TOKENS, LETTERS);
  const [table, dtable] = [bed.draw(LETTERS, EMBEDDING), bed.room(LETTERS, EMBEDDING)];
  const [w, dw] = [bed.draw(TOKENS * EMBEDDING, COLUMNS), bed.room(TOKENS * EMBEDDING, COLUMNS)];
  const [bias, y, dy] = [
    bed.draw(1, COLUMNS),
    bed.room(EXAMPLES, COLUMNS),
    bed.draw(EXAMPLES, COLUMNS),
  ];
  kernels.groupTokens(tokens, groups, EXAMPLES, TOKENS, w.ld);
  // biome-ignore format: as in the kernels
  kernels.forwardTokens(
    table.at, w.at, bias.at, groups, y.at, EXAMPLES, TOKENS, EMBEDDING, COLUMNS, table.ld, w.ld);
  // biome-ignore format: as in the kernels
  kernels.backwardTokens(
    dy.at, w.at, dw.at, dtable.at, groups, TOKENS, EMBEDDING, COLUMNS, LETTERS, table.ld, w.ld);
  bed.see(y, dw, dtable);
};

/** Rows side by side, and back. */
export const flattenRows: Case = (bed) => {
  const { kernels } = bed;
  for (const [columns, factor] of [
    [COLUMNS, 3],
    [EMBEDDING, 2],
    [16, 2],
  ] as const) {
    const x = bed.draw(ROWS * factor, columns);
    const [y, back] = [bed.room(ROWS, columns * factor), bed.room(ROWS * factor, columns)];
    kernels.flattenRows(x.at, y.at, ROWS, columns, factor, x.ld, y.ld);
    kernels.unflattenRows(y.at, back.at, ROWS, columns, factor, x.ld, y.ld);
    bed.see(y, back);
  }
};
