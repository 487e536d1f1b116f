import SqliteDatabase from "better-sqlite3";
import { expect, test } from "vitest";
import type { Probe, TensorKind } from "../src/index.ts";
import { blockOf, CLAIM, claimedRun, FINISHED, parametersOf, readerAt } from "./make.ts";
import { oddFloats, plainSqlite3, plainTest } from "./plain-sqlite3.ts";
import { probeOf, someNumbers, tensorOf } from "./probe-make.ts";

const SCALE = { mantissaBits: 3, smallest: -2, largest: 1 };
/** Edges above 0 of SCALE: eight equal steps up to 1/4, then eight an octave. */
const EDGES = [
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((i) => i / 32),
  ...[0, 1, 2].flatMap((octave) =>
    [8, 9, 10, 11, 12, 13, 14, 15].map((i) => (i / 32) * 2 ** octave),
  ),
  2,
];

function storeOf(...probes: readonly Probe[]): string {
  const { path, writer, id } = claimedRun(["hidden1.weight"]);
  for (const probe of probes) writer.appendProbe(id, CLAIM.token, probe);
  writer.close();
  return path;
}

function normOf(values: Float32Array): Probe {
  const moments = { mean: values, std: values.map((value) => -value) };
  const norm = { batch: moments, running: moments, trainset: null, gamma: values, beta: values };
  return probeOf({}, { units: values.length, norm });
}

plainTest("plain sqlite3 decodes batch norm's numbers to four digits, odd ones too", () => {
  const values = oddFloats();
  const path = storeOf(normOf(values));

  const rows = plainSqlite3(
    path,
    `select unit, mean, std, gamma, beta from store.norm_stats
     where run = 'g/v' and statistics = 'running' order by unit`,
  );

  expect(rows).toHaveLength(values.length);
  for (const [unit, mean, std, ...affine] of rows) {
    const value = values[Number(unit)] ?? 0;
    expect(affine).toEqual([mean, mean]);
    if (Number.isNaN(value)) expect([mean, std]).toEqual([null, null]);
    else expect(std).toBe(-Number(mean));
    if (Number.isFinite(value)) {
      const most = Math.max(Math.abs(value), 2 ** -126) * 2 ** -12;
      if (Math.abs(value) < 3.4e38)
        expect(Math.abs(Number(mean) - value)).toBeLessThanOrEqual(most);
    } else if (!Number.isNaN(value)) expect(mean).toBe(value);
  }
});

test("numbers of twelve bits are kept exactly", () => {
  const values = Float32Array.of(0, 1, -1, 0.5, 4095, 2 ** -126, 2 ** 100, -0.000244140625);
  const path = storeOf(normOf(values));

  const { rows } = readerAt(path).query("select mean from norm_stats where statistics = 'batch'");

  expect(rows.flat()).toEqual([...values]);
});

plainTest.each([1, 15, 16, 255, 4095, 65_536, 2 ** 32 - 1])(
  "plain sqlite3 reads a histogram whose largest count is %d",
  (largest) => {
    const counts = Uint32Array.from(someNumbers(2 * EDGES.length, 3), (n, i) =>
      i % 5 === 1 ? Math.ceil(largest / (1 + n)) : n % 2,
    );
    counts[20] = largest;
    const path = storeOf(
      probeOf({}, { tensors: [tensorOf("activation", { histogram: { scale: SCALE, counts } })] }),
    );

    const rows = plainSqlite3(
      path,
      "select layer, kind, bin, low, high, count from store.histograms order by bin",
    );

    const edges = [
      ...EDGES.slice(1)
        .map((edge) => -edge)
        .reverse(),
      ...EDGES,
    ];
    const expected = [...counts]
      .map((count, bin) => ["hidden1", "activation", bin, edges[bin - 1], edges[bin], count])
      .filter((row) => Number(row[5]) > 0)
      .map(([layer, kind, bin, low = -Infinity, high = Infinity, count]) => [
        ...[layer, kind, bin, low, high, count],
      ]);
    expect(rows).toEqual(expected);
  },
);

test("what lies beyond the edges is counted at the ends", () => {
  const counts = new Uint32Array(2 * EDGES.length);
  counts[0] = 7;
  counts[counts.length - 1] = 9;
  const path = storeOf(
    probeOf({}, { tensors: [tensorOf("weight", { histogram: { scale: SCALE, counts } })] }),
  );

  const { rows } = readerAt(path).query(
    "select bin, low, high, count from histograms order by bin",
  );

  expect(rows).toEqual([
    [0, Number.NEGATIVE_INFINITY, -2, 7],
    [2 * EDGES.length - 1, 2, Number.POSITIVE_INFINITY, 9],
  ]);
});

test("a histogram of nothing but NaN has no rows", () => {
  const counts = new Uint32Array(2 * EDGES.length);
  const path = storeOf(
    probeOf({}, { tensors: [tensorOf("weight", { histogram: { scale: SCALE, counts } })] }),
  );

  expect(readerAt(path).query("select * from histograms").rows).toEqual([]);
  expect(readerAt(path).query("select * from layer_stats").rows).toHaveLength(1);
});

plainTest("plain sqlite3 reads the saturation map bit by bit", () => {
  const [examples, units] = [5, 7];
  const isFlat = someNumbers(examples * units, 2).map((bit) => bit === 1);
  for (let example = 0; example < examples; example++) isFlat[example * units + 3] = true;
  const bits = new Uint8Array(Math.ceil(isFlat.length / 8));
  for (const [i, flat] of isFlat.entries())
    if (flat) bits[i >> 3] = (bits[i >> 3] ?? 0) | (128 >> (i % 8));
  const saturation = { examples, units, share: 0.5, dead: Int32Array.of(3), bits };
  const path = storeOf(
    probeOf({ examples }, { units, saturation, tensors: [tensorOf("activation")] }),
  );

  const rows = plainSqlite3(path, "select example, unit from store.saturation order by 1, 2");

  const expected = [...isFlat.entries()].filter(([, flat]) => flat);
  expect(rows).toEqual(expected.map(([i]) => [Math.floor(i / units), i % units]));
  const dead = "select unit from store.saturation group by unit having count(*) = 5";
  expect(plainSqlite3(path, dead)).toContainEqual([3]);
});

plainTest("layer statistics are stored as they are; only activations are saturated or dead", () => {
  const nan = { mean: Number.NaN, std: Number.NaN, min: -1, max: Number.POSITIVE_INFINITY };
  const tensors = [tensorOf("linear"), tensorOf("activation"), tensorOf("weight", nan)];
  const saturation = {
    examples: 3,
    units: 2,
    share: 0.25,
    dead: Int32Array.of(0, 1),
    bits: new Uint8Array(1),
  };
  const path = storeOf(probeOf({ step: 7 }, { tensors, saturation }));

  expect(plainSqlite3(path, "select * from store.layer_stats order by kind")).toEqual([
    ["g/v", 7, "hidden1", "activation", 0.1, 2, 0.25, 2, -3, 4],
    ["g/v", 7, "hidden1", "linear", 0.1, 2, null, null, -3, 4],
    ["g/v", 7, "hidden1", "weight", null, null, null, null, -1, Number.POSITIVE_INFINITY],
  ]);
});

plainTest("plain sqlite3 reads logits and probabilities by example and token", () => {
  const logits = {
    examples: 2,
    tokens: 3,
    logits: Float32Array.of(1, 2, 3, -4, -5, -6),
    probabilities: Float32Array.of(0.5, 0.25, 0.25, 0, 0, 1),
  };
  const path = storeOf(probeOf({ logits }));

  const rows = plainSqlite3(
    path,
    "select example, token, logit, probability from store.logits order by 1, 2",
  );

  expect(rows).toEqual([
    [0, 0, 1, 0.5],
    [0, 1, 2, 0.25],
    [0, 2, 3, 0.25],
    [1, 0, -4, 0],
    [1, 1, -5, 0],
    [1, 2, -6, 1],
  ]);
});

plainTest(
  "a logit is written in the fewest digits that stand for what was kept of it alone",
  () => {
    const some = [26.3125, 26.3359375, 9.9921875, 0.1, 3.0009765625, 1e-9, -1.5, 4098, 2 ** 100];
    const odd = oddFloats().filter((value, i) => i % 14 === 0 && Math.abs(value) >= 2 ** -126);
    const storeWith = (values: Float32Array): string => {
      const size = { examples: 1, tokens: values.length };
      return storeOf(probeOf({ logits: { ...size, logits: values, probabilities: values } }));
    };
    const keptIn = (path: string) => readerAt(path).probe("g/v", 0)?.logits.logits;
    const path = storeWith(Float32Array.from([...some, ...odd]));

    const rows = plainSqlite3(path, "select logit, probability from store.logits order by token");

    const written = rows.map(([logit]) => Number(logit ?? Number.NaN));
    const first = [26.31, 26.336, 9.992, 0.1, 3.001, 1e-9, -1.5, 4098, 1.2677e30];
    expect(written.slice(0, some.length)).toEqual(first);
    expect(rows.map(([, probability]) => probability)).toEqual(rows.map(([logit]) => logit));
    // SQLite reads `2.91e-11` one place of a double too high before 3.43.
    const inFive = written.map((value) => Number(value.toPrecision(15)).toPrecision(5));
    expect(inFive.map(Number)).toEqual(written.map((value) => Number(value.toPrecision(15))));
    expect(keptIn(storeWith(Float32Array.from(written)))).toEqual(keptIn(path));
  },
);

test("a claim leaves no row of an earlier attempt's probes", () => {
  const { path, writer, id } = claimedRun(["a"]);
  writer.appendSteps(id, CLAIM.token, blockOf(0, [4], [1]));
  const moments = { mean: new Float32Array(2), std: new Float32Array(2) };
  const norm = {
    batch: moments,
    running: moments,
    trainset: moments,
    gamma: moments.mean,
    beta: moments.std,
  };
  writer.appendProbe(id, CLAIM.token, probeOf({}, { norm, tensors: [tensorOf("linear")] }));
  const counts = () =>
    ["probe", "probe_layer", "probe_tensor", "probe_norm"].map(
      (table) => readerAt(path).query(`select count(*) from ${table}`).rows[0]?.[0],
    );
  expect(counts()).toEqual([1, 1, 1, 2]);
  writer.endRun(id, CLAIM.token, FINISHED);

  writer.claimRun(id, { ...CLAIM, token: "second" }, {}, parametersOf(["b"]));

  expect(counts()).toEqual([0, 0, 0, 0]);
});

test("a probe that the views could not show is refused whole", () => {
  const { path, writer, id } = claimedRun(["a"]);
  const append = (probe: Probe) => () => writer.appendProbe(id, CLAIM.token, probe);
  const counts = new Uint32Array(257).fill(1);

  expect(append(probeOf({ examples: 257 }))).toThrow("a probe of 257 examples");
  expect(
    append(probeOf({}, { tensors: [tensorOf("weight", { histogram: { scale: SCALE, counts } })] })),
  ).toThrow("a probe of 257 bins");

  expect(readerAt(path).query("select count(*) from probe").rows).toEqual([[0]]);
  append(probeOf())();
  expect(append(probeOf())).toThrow(/UNIQUE/);
});

test.each(["layer_stats", "norm_stats", "histograms", "saturation", "logits"])(
  "%s of one probe of one run is looked up, not searched",
  (view) => {
    const path = storeOf(probeOf());
    const details = new SqliteDatabase(path, { readonly: true })
      .prepare<[], { detail: string }>(
        `explain query plan select * from ${view} where run = 'g/v' and step = 5`,
      )
      .all()
      .map(({ detail }) => detail)
      .join("\n");

    expect(details).toMatch(
      /SEARCH run USING (COVERING )?INDEX sqlite_autoindex_run_1 \(name=\?\)/,
    );
    expect(details).toMatch(
      /SEARCH p USING (COVERING )?INDEX sqlite_autoindex_probe_1 \(run_id=\? AND step=\?\)/,
    );
    expect(details).not.toMatch(/SCAN (r|p|m|a|l)\b/);
  },
);

test("rows of older versions, in hexadecimal digits and one kind each, are read as they are", () => {
  const counts = new Uint32Array(2 * EDGES.length);
  const path = storeOf(
    probeOf({}, { tensors: [tensorOf("weight", { histogram: { scale: SCALE, counts } })] }),
  );
  const database = new SqliteDatabase(path);
  database.exec(`
    update probe_tensor set first_bin = 1, digits = 3, counts = x'0010020ff0';
    insert into probe_norm values (1, 0, 0, x'3f8003f8003f8003f800'), (1, 0, 1, x'400003f800400003f800'),
      (1, 0, 3, x'3f800400003f80040000');`);
  database.close();

  const reader = readerAt(path);
  const layer = reader.probe("g/v", 0)?.layers[0];

  expect(reader.query("select bin, count from histograms").rows).toEqual([
    [1, 1],
    [2, 2],
    [3, 255],
  ]);
  expect([...(layer?.tensors.weight?.histogram?.counts.subarray(1, 5) ?? [])]).toEqual([
    ...[1, 2, 255, 0],
  ]);
  expect(
    reader.query("select unit, statistics, mean, std, gamma, beta from norm_stats").rows,
  ).toEqual([
    [0, "batch", 1, 1, 1, 2],
    [1, "batch", 1, 1, 1, 2],
    [0, "running", 2, 1, 1, 2],
    [1, "running", 2, 1, 1, 2],
  ]);
  expect([...(layer?.norm?.running?.mean ?? [])]).toEqual([2, 2]);
});

test("a log adds tensors to a probe one by one, and probes that begin again have none from before", () => {
  const { path, writer, id } = claimedRun(["a"]);
  const append = (step: number, kind: TensorKind, isAnew?: boolean): void =>
    writer.addToProbe(id, CLAIM.token, probeOf({ step }, { tensors: [tensorOf(kind)] }), isAnew);
  append(0, "weight");
  append(0, "weight_gradient");
  append(5, "weight");
  append(9, "weight");
  append(5, "weight_gradient", true);

  const reader = readerAt(path);
  expect(reader.probeSteps("g/v")).toEqual([0, 5]);
  const kindsAt = (step: number) =>
    Object.keys(reader.probe("g/v", step)?.layers[0]?.tensors ?? {});
  expect(kindsAt(0).sort()).toEqual(["weight", "weight_gradient"]);
  expect(kindsAt(5)).toEqual(["weight_gradient"]);
});
