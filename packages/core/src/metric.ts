/** Which column of the table of runs a metric stands for where nothing better is recorded. */
export type MetricRole = "loss" | "lr" | "train_loss" | "valid_loss" | "test_loss";

/** What is known of the numbers that a run records by a name of their own: `gradient_norm`, `lr.role:bias`. */
export type MetricFacts = {
  readonly name: string;
  /** Null: it has none. */
  readonly unit: string | null;
  /** Which numbers are better; null: neither. */
  readonly goal: "min" | "max" | null;
  /** Whether a chart has a logarithmic axis unless asked otherwise. */
  readonly isLog: boolean;
  /** Where a line helps the eye; null: nowhere. */
  readonly guide: number | null;
  /** Null, or left out: none. */
  readonly role?: MetricRole | null;
};

/**
 * Returns what is usual of the numbers of a name, as other programs and their users call them.
 *
 * @param names - of all metrics of the run: `train_loss` is its loss, but beside `loss` it is the mean of an epoch or a run
 */
export function metricFacts(name: string, names: Iterable<string> = []): MetricFacts {
  const role = isMeanBeside(name, names) ? "train_loss" : roleOf(name);
  const usual = role === null ? {} : USUAL[role];
  const {
    unit = null,
    isLog = false,
    guide = null,
    goal = goalOf(name),
  } = KNOWN.get(name) ?? usual;
  return { name, unit, goal, isLog, guide, role };
}

type Usual = Partial<Pick<MetricFacts, "unit" | "isLog" | "guide" | "goal">>;

const KNOWN: ReadonlyMap<string, Usual> = new Map([
  ["gradient_norm", { isLog: true }],
  // At 1 nothing is clipped.
  ["clip_factor", { isLog: true, guide: 1 }],
  // 100 % is one core.
  ["system/cpu", { unit: "%" }],
  ["system/memory", { unit: "MiB" }],
  ["system/steps_per_s", { unit: "steps/s" }],
]);

const LOSS: Usual = { goal: "min" };

const USUAL: Readonly<Record<MetricRole, Usual>> = {
  loss: LOSS,
  train_loss: LOSS,
  valid_loss: LOSS,
  test_loss: LOSS,
  lr: { isLog: true, goal: null },
};

/** Names without case and separators: `train/loss` and `train_loss` are `trainloss`. */
const ROLES: ReadonlyMap<string, MetricRole> = new Map([
  ...named("loss", ["loss", "batchloss", "lossstep", "losstrain", "trainloss", "traininglossstep"]),
  ...named("loss", ["trainlossstep", "trainingloss", "trainbatchloss"]),
  ...named("train_loss", ["trainlossepoch", "epochloss", "lossepoch", "traininglossepoch"]),
  ...named("valid_loss", ["valloss", "validloss", "validationloss", "evalloss", "devloss"]),
  ...named("valid_loss", ["validationepochloss"]),
  ...named("valid_loss", ["lossval", "lossvalid", "lossvalidation", "losseval"]),
  ...named("valid_loss", ["vallossepoch", "validlossepoch", "validationlossepoch", "epochvalloss"]),
  ...named("test_loss", ["testloss", "losstest", "testlossepoch"]),
  ...named("lr", ["lr", "learningrate", "trainlearningrate", "trainlr", "lrstep"]),
]);

/** Losses of training of which nobody says whether they are of a step or of many. */
const OF_STEP_OR_MANY: ReadonlySet<string> = new Set(["losstrain", "trainloss", "trainingloss"]);

function isMeanBeside(name: string, names: Iterable<string>): boolean {
  if (!OF_STEP_OR_MANY.has(plain(name))) return false;
  for (const one of names) {
    if (roleOf(one) === "loss" && !OF_STEP_OR_MANY.has(plain(one))) return true;
  }
  return false;
}

function named(role: MetricRole, names: readonly string[]): [string, MetricRole][] {
  return names.map((name) => [name, role]);
}

function roleOf(name: string): MetricRole | null {
  return ROLES.get(plain(name)) ?? null;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, "");
}

/** Words of which less, or more, is better wherever a name ends in them. */
const LESS = /(^|[^a-z])(loss|error|err|perplexity|ppl|wer|cer|mse|mae|rmse|fid|nll)$/;
const MORE =
  /(^|[^a-z])(accuracy|acc|f1|auc|auroc|bleu|rouge|map|iou|miou|precision|recall|r2|psnr|ssim)$/;

/** What says of which examples, or how often, behind what a number is: `Accuracy/val`. */
const OF_WHAT = /[^a-z]+(train|training|val|valid|validation|test|eval|dev|epoch|step)$/;

function goalOf(name: string): MetricFacts["goal"] {
  const lower = name.toLowerCase().replace(OF_WHAT, "");
  if (LESS.test(lower)) return "min";
  return MORE.test(lower) ? "max" : null;
}
