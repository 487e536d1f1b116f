import { expect, test } from "vitest";
import {
  boundFilter,
  emptyRun,
  FilterError,
  type FilterSubject,
  fieldNames,
  filterSubject,
  type MetricSummary,
  parseFilter,
  type RunSummary,
  unknownFields,
  unknownText,
} from "../src/index.ts";

const CONFIG = {
  data: { file: "names.txt", context: 3 },
  model: { hidden: [100, 200], activation: "tanh", bias: true, batch_norm: "none" },
  init: {
    embedding: { scheme: "normal", std: 1 },
    hidden: { weight: { scheme: "kaiming", gain: 5 / 3 }, bias: { scheme: "zeros" } },
    output: { weight: { scheme: "normal", std: 0.01 } },
  },
  train: { steps: 200_000, lr: { 0: 0.1, 100000: 0.01 }, l2: { "hidden1.weight": 0.5 } },
  seed: 42,
};

const RUN: RunSummary & { readonly note: string | null } = {
  ...emptyRun({
    name: "study/V5-lr=0.1",
    grid: "study",
    label: "V5-lr=0.1",
    state: "finished",
    reason: "steps",
    seed: 42,
    config: JSON.stringify(CONFIG),
    hash: "ab12",
    engine: "simd",
    steps: 200_000,
    lastStep: 199_999,
    loss: 2.1,
    trainLoss: 2.04,
    validLoss: 2.115,
    stepsPerS: 5600,
    parameters: 11897,
    tags: ["baseline", "to keep"],
    startedAt: "2026-01-02T03:04:05.000Z",
  }),
  note: 'the "good" one, don\'t touch',
};

const matches = (text: string): boolean => parseFilter(text).matches(filterSubject(RUN));

test.each([
  // words
  ["", true],
  ["  ", true],
  ["study", true],
  ["v5", true],
  ["base", true],
  ["stub", false],
  ["'to keep'", true],
  ["'to  keep'", false],
  ['""', true],
  // words with wild characters are whole names, labels or tags
  ["v5*", true],
  ["study/*", true],
  ["v?-lr*", true],
  ["5*", false],
  ["v?", false],
  ["*5*", true],
  ['"to*"', true],
  ['"to\\*"', false],
  ["b*e*e", true],
  ["b*e*x", false],
  // and, or, not
  ["v5 base", true],
  ["v5 and base", true],
  ["v5 AND stub", false],
  ["v5 stub", false],
  ["stub or v5", true],
  ["stub Or stab", false],
  ["stub stab or v5", true],
  ["v5 or stub stab", true],
  ["(v5 or stub) stab", false],
  ["not stub", true],
  ["NOT v5", false],
  ["not not v5", true],
  ["not stub stab", false],
  ["not (stub stab)", true],
  ["not v5 or base", true],
  ["-stub", true],
  ["-v5", false],
  ["--v5", true],
  ["-(v5 stub)", true],
  ['-"to keep"', false],
  ["-state:finished", false],
  ["v5-lr", true],
  ["-", true],
  ["v5 - base", true],
  ['"and"', false],
  ["'not'", false],
  // fields
  ["state:fin", true],
  ["state:FIN", true],
  ["state:fin*", true],
  ["state:fin?", false],
  ["state:'finished'", true],
  ["name:v5", true],
  ["run:study/", true],
  ["tag:base", true],
  ["tag:baseline", true],
  ["tag:other", false],
  ["tags:baseline,to", true],
  ["note:good", true],
  [`note:'"good"'`, true],
  ['note:"\\"good\\""', true],
  ["note:don't", true],
  ["note:'don\\'t'", true],
  ["label:lr=0.1", true],
  ["started_at:2026-01-02t03:04", true],
  // fields that are numbers
  ["seed:42", true],
  ["seed:4", false],
  ["seed:4*", true],
  ["steps:200_000", true],
  ["steps:2e5", true],
  ["model.bias:true", true],
  ["model.bias:1", true],
  ["model.bias:0", false],
  // comparisons
  ["valid_loss<2.2", true],
  ["valid_loss<=2.115", true],
  ["valid_loss>2.2", false],
  ["valid_loss >= 2", true],
  ["seed=42", true],
  ["seed==42", true],
  ["seed!=42", false],
  ["seed!=41", true],
  ["seed=4", false],
  ["seed>-0.5", true],
  ["gain=5/3", true],
  ["gain>1.6", true],
  ["gain>5/0", false],
  ["state=FINISHED", true],
  ["state=fin", false],
  ["state!=running", true],
  ["state!=finished", false],
  ["state<running", false],
  ["state>1", false],
  ["seed<abc", false],
  ["seed!=abc", true],
  ['state="finished"', true],
  ["(seed=42)", true],
  // no value, no field
  ["test_loss<9", false],
  ["test_loss!=9", false],
  ["test_loss:9", false],
  ["not test_loss<9", true],
  ["nonsense=1", false],
  ["not nonsense=1", true],
  // lists and maps
  ["train.lr=0.01", true],
  ["train.lr>=0.1", true],
  ["train.lr>0.1", false],
  ["train.lr.0=0.1", true],
  ["hidden:100", false],
  ["model.hidden:100", true],
  ["model.hidden>150", true],
  ["model.hidden:[100,200]", true],
  ["model.hidden!=100", true],
  ["init.hidden:kaiming", true],
  ["init.hidden.weight.gain>1", true],
  ['init.hidden:\'"scheme":"zeros"\'', true],
  ["train.l2.hidden1.weight=0.5", true],
  ["l2:0.5", true],
  // fields by their last segments
  ["lr:0.1", true],
  ["activation:tanh", true],
  ["hidden.weight:kaiming", true],
  ["weight:kaiming", false],
  // has
  ["has:tag", true],
  ["has:note", true],
  ["HAS:valid_loss", true],
  ["has:error", false],
  ["has:test_loss", false],
  ["has:nonsense", false],
  ["has:lr", true],
  ["has:'seed'", true],
  ["-has:error", true],
  // names that objects have of themselves
  ["has:constructor", false],
  ["has:__proto__", false],
  ["length:2", false],
])("%j matches the run: %j", (text, expected) => {
  expect(matches(text)).toBe(expected);
});

test.each([
  [")", 0, '")" at 0 closes nothing'],
  ["v5 or )", 3, '"or" at 3 has no term after it'],
  ["v5 and)", 3, '"and" at 3 has no term after it'],
  ["(a b) )", 6, '")" at 6 closes nothing'],
  ["(a", 0, '"(" at 0 is not closed'],
  ["a (b (c)", 2, '"(" at 2 is not closed'],
  ["(", 0, '"(" at 0 is not closed'],
  ["()", 0, '"(" at 0 has no term after it'],
  ["a not", 2, '"not" at 2 has no term after it'],
  ["-(", 1, '"(" at 1 is not closed'],
  ["a and or b", 2, '"and" at 2 has no term after it'],
  ["or b", 0, '"or" at 0 has no term before it'],
  ["AND", 0, '"AND" at 0 has no term before it'],
  ["a 'b", 2, "the quote ' at 2 is not closed"],
  ['note:"b\\"', 5, 'the quote " at 5 is not closed'],
  ["note:", 4, '":" at 4 needs a pattern after it'],
  ["note: b", 4, '":" at 4 needs a pattern after it'],
  ["(seed>=)", 5, '">=" at 5 needs a value after it'],
  ["has:", 0, '"has:" at 0 needs the name of a field after it'],
  [":b", 0, '":" at 0 has no field before it'],
  ["a or >=3", 5, '">=" at 5 has no field before it'],
  ["!=3", 0, '"!=" at 0 has no field before it'],
  ["(".repeat(5000), 100, '"(" at 100 is nested more than 100 deep'],
])("%j is a mistake at %i", (text, at, message) => {
  expect(() => parseFilter(text)).toThrow(FilterError);
  expect(() => parseFilter(text)).toThrow(
    expect.objectContaining({ at, message: `filter: ${message}` }),
  );
});

test("a filter knows its text and each field that it asks for once", () => {
  const filter = parseFilter('lr>1 (has:error or -note:"lr") lr<2 word');

  expect(filter.text).toBe('lr>1 (has:error or -note:"lr") lr<2 word');
  expect(filter.fields).toEqual(["lr", "error", "note"]);
});

test("a field that only some runs have is known, one that none has is not", () => {
  const other: FilterSubject = { name: "b", label: null, tags: [], field: () => undefined };
  const filter = parseFilter("lr>1 lrr>1 test_loss>1 weight:normal");

  expect(unknownFields(filter, [other, filterSubject(RUN)])).toEqual(["lrr", "weight"]);
  expect(unknownFields(filter, [])).toEqual([]);
});

test("a run's fields are its columns and the keys of its config, short where that is clear", () => {
  const names = fieldNames(RUN);

  expect(names).toEqual(expect.arrayContaining(["valid_loss", "tag", "note", "train.lr", "lr"]));
  expect(names).toEqual(expect.arrayContaining(["init.hidden.weight.gain", "gain"]));
  expect(names).not.toContain("weight");
  for (const name of names) expect(filterSubject(RUN).field(name), name).not.toBeUndefined();
});

test("a config that cannot be read has no fields", () => {
  const { field } = filterSubject({ ...RUN, config: "{" });

  expect([field("seed"), field("lr")]).toEqual([42, undefined]);
});

test("a glob of many stars comes to an end", () => {
  expect(parseFilter(`note:${"*a".repeat(200)}b`).matches(subjectOf("a".repeat(5000)))).toBe(false);
});

function subjectOf(value: unknown): FilterSubject {
  return { name: "a", label: null, tags: [], field: () => value };
}

const [ONE, TWO] = ["d\u00e9j\u00e0", "de\u0301ja\u0300"];

/** Each matches a run with the tag and the note in either Unicode form. */
test.each([
  "tag:WORD",
  "-(-WORD)",
  "WORD",
  "note=WORD",
  "'WORD'",
  "tag:W*",
  "tags=WORD",
  "D\u00c9?\u00c0",
])("%s asks for a text in whatever Unicode form", (filter) => {
  for (const stored of [ONE, TWO]) {
    for (const typed of [ONE, TWO]) {
      const run = filterSubject({ ...RUN, tags: [stored], note: stored });
      const text = filter.replace("WORD", typed).replace("W*", `${typed.slice(0, -2)}*`);
      expect(parseFilter(text).matches(run)).toBe(true);
    }
  }
});

test("an accent is part of its letter: a letter without it is another one", () => {
  const run = filterSubject({ ...RUN, tags: [TWO], note: null });
  expect(parseFilter("tag=deja").matches(run)).toBe(false);
  expect(parseFilter("note!=x").matches(filterSubject({ ...RUN, note: TWO }))).toBe(true);
});

/** What a run has recorded by a name of its own. */
function metricOf(name: string, last: number): MetricSummary {
  const ends = { last_step: 9, min_step: 0, min: 0.1, max_step: 9, max: last };
  const facts = { unit: null, goal: null, log_axis: 0, guide: null, role: null };
  return { name, points: 2, last, ...ends, ...facts };
}

const OF_LOG: RunSummary = {
  ...RUN,
  source: "wandb",
  config: JSON.stringify({
    accuracy_goal: 1,
    deep: { f1: 0.2 },
    note: null,
    "a.b": { c: 3 },
    model: {},
  }),
  metrics: new Map(
    ["accuracy", "val/acc", "loss (train)", "loss", "f1", "x.min"].map((name) => [
      name,
      metricOf(name, 0.9),
    ]),
  ),
};

test.each([
  ["accuracy>0.8", true],
  ["accuracy.min<0.2", true],
  ["accuracy.max>=0.9", true],
  ["metric.accuracy=0.9", true],
  ["val/acc>0.8", true],
  ["val/acc.max>0.9", false],
  ['"loss (train)"=0.9', true],
  ['"loss (train).min"=0.1', true],
  ["has:accuracy", true],
  // the column, the key of the config, then the metric
  ["loss=2.1", true],
  ["metric.loss=0.9", true],
  ["f1=0.2", true],
  ["metric.f1=0.9", true],
  ["x.min=0.9", true],
  // keys of other programs, without what is usual of ours
  ["c=3", true],
  ["a.b.c=3", true],
  ["source:wandb", true],
  ["optimizer:sgd", false],
  ["norm:none", false],
])("of a run from a log, %s is %s", (text, isSo) => {
  expect(parseFilter(text).matches(filterSubject(OF_LOG))).toBe(isSo);
});

test("a key that is null is known, and a field that nobody has is told with what is near", () => {
  const { field } = filterSubject({ ...OF_LOG, config: '{"warmup":null}' });

  expect([field("warmup"), field("acuracy"), field("optimizer")]).toEqual([
    null,
    undefined,
    undefined,
  ]);
  expect(fieldNames(OF_LOG)).toEqual(expect.arrayContaining(["accuracy", "metric.accuracy", "c"]));
});

test.each([
  ["valid<2.37", true],
  ["valid>2.37", false],
  ["train<2.1", true],
  ["Train<2.1", true],
  ["has:test", false],
  ['"at step"=200_000', true],
  ["at step=200000", true],
  ["at step < 100", false],
  ["step>=200000", true],
  ["steps/s>5000", true],
  ["best valid<3", false],
  ["has:started", true],
  ["has:ETA", false],
  ["has:findings", false],
  // Words of a title are words where no comparison follows.
  ["study at", false],
])("the head of a column is a field: %s", (text, isSo) => {
  expect(matches(text)).toBe(isSo);
});

test("a key that heads a column by its last segment is meant where only it differs", () => {
  const subjects = [0.1, 1].map((std) =>
    filterSubject({
      ...RUN,
      config: JSON.stringify({ init: { hidden: { weight: std }, output: { weight: 1 } } }),
    }),
  );
  const left = (filter: string) => {
    const bound = boundFilter(parseFilter(filter), subjects);
    return [subjects.map(bound.matches), unknownFields(bound, subjects)];
  };

  expect(left("weight<0.5")).toEqual([[true, false], []]);
  expect(left("-weight<0.5")).toEqual([[false, true], []]);
  expect(left("weights<0.5")).toEqual([[false, false], ["weights"]]);
  expect(unknownText("vallid_loss", "run", subjects)).toBe(
    'no run has a field "vallid_loss"; did you mean "valid_loss"?',
  );
});

test("findings are counted, and none are where no rule has judged", () => {
  const judged = filterSubject({ ...RUN, errors: 1, warnings: 2 });

  expect(parseFilter("findings=3 ▲>2 errors=1 warnings>1").matches(judged)).toBe(true);
});
