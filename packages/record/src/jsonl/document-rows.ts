/** Rows of metrics in one JSON document: Hugging Face's state of a trainer, a list of objects, lists by name. */
import { isMap } from "@ablate/store";

type JsonObject = Readonly<Record<string, unknown>>;

export type DocumentRows = {
  readonly rows: readonly JsonObject[];
  readonly config: JsonObject;
  readonly isFinished: boolean;
  readonly framework: string | null;
};

/** Settings that the state of a trainer has beside what it has logged. */
const TRAINER_SETTINGS = [
  ...["num_train_epochs", "max_steps", "train_batch_size", "logging_steps", "eval_steps"],
  ...["save_steps", "trial_params"],
];

/** Returns the rows of a document; undefined: it has none. */
export function documentRows(document: unknown): DocumentRows | undefined {
  if (Array.isArray(document)) {
    const rows = document.filter(isMap);
    return rows.length === 0 && document.length > 0 ? undefined : plain(rows);
  }
  if (!isMap(document)) return undefined;
  const { log_history: history } = document;
  if (Array.isArray(history)) return trainerRows(document, history.filter(isMap));
  return columnRows(document);
}

function plain(rows: readonly JsonObject[]): DocumentRows {
  return { rows, config: {}, isFinished: false, framework: null };
}

function trainerRows(document: JsonObject, rows: readonly JsonObject[]): DocumentRows {
  const { max_steps: most, global_step: done } = document;
  const known = TRAINER_SETTINGS.filter((name) => (document[name] ?? null) !== null);
  const config = Object.fromEntries(known.map((name) => [name, document[name]]));
  const isPlanned = typeof most === "number" && most > 0;
  const isFinished = isPlanned && typeof done === "number" && done >= most;
  return { rows, config, isFinished, framework: "pytorch" };
}

/** Keras' history as JSON: a list of numbers for each metric. */
function columnRows(document: JsonObject): DocumentRows | undefined {
  const columns = Object.entries(document).filter(isColumn);
  const length = Math.max(0, ...columns.map(([, column]) => column.length));
  if (columns.length === 0) return undefined;
  const rows = Array.from({ length }, (_, i) =>
    Object.fromEntries(
      columns.filter(([, column]) => i < column.length).map(([k, c]) => [k, c[i]]),
    ),
  );
  return plain(rows);
}

function isColumn(entry: [string, unknown]): entry is [string, unknown[]] {
  const [, column] = entry;
  return Array.isArray(column) && column.length > 0 && column.every((one) => !isMap(one));
}
