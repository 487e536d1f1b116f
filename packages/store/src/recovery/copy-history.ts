import type { Statements } from "../file/statements.ts";

const TENSOR_COLUMNS =
  "layer, kind, mean, std, min, max, saturated, dead, mantissa_bits, smallest, largest, first_bin, digits, counts, flat";

/** Rows that belong to probes, which have other ids in the copy. */
function ofProbes(table: string, columns: string): string {
  return `
    insert into ${table} (probe_id, ${columns})
    select copy.id, ${columns} from ${table}
      join probe on probe.id = ${table}.probe_id
      join probe copy on copy.run_id = @to and copy.step = probe.step
    where probe.run_id = @from and probe.step < @step`;
}

function ofRun(table: string, columns: string, where: string): string {
  return `
    insert into ${table} (run_id, ${columns})
    select @to, ${columns} from ${table} where run_id = @from and ${where}`;
}

const COPIES: readonly string[] = [
  ofRun("param", "idx, name, shape, size, layer, layer_kind, role", "true"),
  ofRun("step", "step, loss, lr, ratios", "step < @step"),
  ofRun("rollup", "level, bucket, n, data", "bucket < cast(@step as integer) / level"),
  ofRun("tick", "step, at_ms", "step < @step"),
  ofRun("eval", "split, statistics, step, loss", "step < @step"),
  ofRun("probe_layer", "idx, name, units, kind", "true"),
  ofRun("probe", "step, examples, loss, tokens, logits", "step < @step order by step"),
  ofProbes("probe_tensor", TENSOR_COLUMNS),
  ofProbes("probe_norm", "layer, kind, pairs"),
  ofRun("finding", "idx, level, rule, layer, param, step, value, message, until", "step < @step"),
  ofRun("diagnosis", "thresholds", "true"),
  `insert into checkpoint (run_id, step, final, sha256, weights, state, train_seconds)
       select @to, step, 0, sha256, weights, state, train_seconds from checkpoint
       where run_id = @from and step = @step`,
  `update run set parameters = (select parameters from run where id = @from) where id = @to`,
];

/** Makes the history of one run's first updates that of another; call it inside transactions. */
export function copyHistory(
  sql: Statements,
  history: { readonly from: number; readonly to: number; readonly step: number },
): void {
  for (const copy of COPIES) sql.run(copy, history);
}
