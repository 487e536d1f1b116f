/** What a reader decodes of a probe is what the views say, odd numbers too. */
import { expect, test } from "vitest";
import { isFlat, type Probe, type StoreReader } from "../src/index.ts";
import { edgesOf } from "../src/probe/bins.ts";
import { CLAIM, claimedRun, readerAt } from "./make.ts";
import { oddFloats } from "./plain-sqlite3.ts";
import { probeOf, someNumbers, tensorOf } from "./probe-make.ts";

function readerOf(...probes: readonly Probe[]): StoreReader {
  const { path, writer, id } = claimedRun(["hidden1.weight"]);
  for (const probe of probes) writer.appendProbe(id, CLAIM.token, probe);
  writer.close();
  return readerAt(path);
}

test.each([
  { mantissaBits: 3, smallest: -2, largest: 1 },
  { mantissaBits: 2, smallest: -7, largest: 4 },
  { mantissaBits: 1, smallest: -30, largest: 6 },
])("a histogram of scale %o has the edges and counts of the view", (scale) => {
  const bins = 2 * ((scale.largest - scale.smallest + 1) << scale.mantissaBits) + 2;
  const counts = Uint32Array.from(someNumbers(bins, 300));
  const reader = readerOf(
    probeOf({}, { tensors: [tensorOf("weight", { histogram: { scale, counts } })] }),
  );

  const histogram = reader.probe("g/v", 0)?.layers[0]?.tensors.weight?.histogram;
  const { rows } = reader.query("select bin, low, high, count from histograms order by bin");

  const ends = [Number.NEGATIVE_INFINITY, ...edgesOf(scale), Number.POSITIVE_INFINITY];
  const all = Array.from(histogram?.counts ?? [], (count, bin) => [
    ...[bin, ends[bin], ends[bin + 1]],
    count,
  ]);
  expect(histogram).toEqual({ scale, counts });
  expect(all.filter((row) => row[3] !== 0)).toEqual(rows);
  expect(rows.length).toBeGreaterThan(bins / 2);
});

test("batch norm's numbers are those of the view, odd ones too", () => {
  const values = oddFloats();
  const moments = { mean: values, std: values.toReversed() };
  const norm = { batch: moments, running: moments, trainset: null, gamma: values, beta: values };
  const reader = readerOf(probeOf({}, { units: values.length, norm }));

  const read = reader.probe("g/v", 0)?.layers[0]?.norm;
  const { rows } = reader.query(
    "select mean, std, gamma, beta from norm_stats where statistics = 'running' order by unit",
  );

  const found = Array.from(read?.running?.mean ?? [], (mean, unit) => [
    mean,
    read?.running?.std[unit],
    read?.gamma[unit],
    read?.beta[unit],
  ]);
  expect(found.map((row) => row.map((value) => (Number.isNaN(value) ? null : value)))).toEqual(
    rows,
  );
  expect(read?.trainset).toBeNull();
});

test.each([
  [5, 3, 7],
  [2, 2, 3],
  [1, 4, 1],
  [2, 1, 1],
])("%i examples have %i rows of %i units each", (examples, positions, units) => {
  const rows = examples * positions;
  const bits = new Uint8Array(Math.ceil((rows * units) / 8));
  for (let at = 0; at < rows * units; at += units) {
    bits[at >> 3] = (bits[at >> 3] ?? 0) | (128 >> (at & 7));
  }
  const saturation = { examples: rows, units, share: 1 / units, dead: Int32Array.of(0), bits };
  const reader = readerOf(
    probeOf({ examples }, { units, saturation, tensors: [tensorOf("activation")] }),
  );

  const map = reader.probe("g/v", 0)?.layers[0]?.saturation;
  const found = reader.query("select example, position, unit from saturation order by 1, 2").rows;

  expect([map?.examples, map?.dead]).toEqual([rows, Int32Array.of(0)]);
  if (examples * units < 8) return;
  expect(found).toEqual(
    Array.from({ length: rows }, (_, i) => [Math.floor(i / positions), i % positions, 0]),
  );
});

test("a norm of rows has gain and shift, and no statistics", () => {
  const [gamma, beta] = [Float32Array.of(1, 2), Float32Array.of(0, 0.5)];
  const norm = { batch: null, running: null, trainset: null, gamma, beta };
  const reader = readerOf(probeOf({}, { norm }));

  const { rows } = reader.query("select unit, statistics, mean, std, gamma, beta from norm_stats");

  expect(reader.probe("g/v", 0)?.layers[0]?.norm).toEqual(norm);
  expect(rows).toEqual([
    [0, null, null, null, 1, 0],
    [1, null, null, null, 2, 0.5],
  ]);
});

test("the stream of a layer is read back as it was", () => {
  const tensors = [tensorOf("stream", { std: 3 }), tensorOf("stream_gradient")];
  const reader = readerOf(probeOf({}, { tensors }));

  expect(Object.keys(reader.probe("g/v", 0)?.layers[0]?.tensors ?? {})).toEqual([
    "stream",
    "stream_gradient",
  ]);
  const { rows } = reader.query("select kind, std from layer_stats order by kind");
  expect(rows).toEqual([
    ["stream", 3],
    ["stream_gradient", 2],
  ]);
});

test("the saturation map and the dead units are those of the view", () => {
  const [examples, units] = [5, 7];
  const wanted = someNumbers(examples * units, 2).map((bit, i) => bit === 1 || i % units === 3);
  const bits = new Uint8Array(Math.ceil(wanted.length / 8));
  for (const [i, flat] of wanted.entries())
    if (flat) bits[i >> 3] = (bits[i >> 3] ?? 0) | (128 >> (i % 8));
  const saturation = { examples, units, share: 0.5, dead: Int32Array.of(3), bits };
  const reader = readerOf(
    probeOf({ examples }, { units, saturation, tensors: [tensorOf("activation")] }),
  );

  const map = reader.probe("g/v", 0)?.layers[0]?.saturation;
  const { rows } = reader.query("select example, unit from saturation order by 1, 2");

  expect(map?.dead).toEqual(Int32Array.of(3));
  expect([map?.share, map?.examples, map?.units]).toEqual([0.5, examples, units]);
  const flat = wanted.flatMap((_, i) => {
    const [example, unit] = [Math.floor(i / units), i % units];
    return map && isFlat(map, example, unit) ? [[example, unit]] : [];
  });
  expect(flat).toEqual(rows);
});

test("statistics that are not finite come back as NaN and infinities", () => {
  const odd = { mean: Number.NaN, std: Number.NaN, min: Number.NEGATIVE_INFINITY, max: 2 };
  const tensors = [tensorOf("linear", odd), tensorOf("activation")];
  const reader = readerOf(probeOf({ step: 7, loss: Number.NaN }, { tensors }));

  const probe = reader.probe("g/v", 7);

  expect(probe?.layers[0]?.tensors.linear).toEqual({ ...odd, histogram: null });
  expect(probe).toMatchObject({ step: 7, examples: 3, loss: Number.NaN });
  expect(probe?.logits).toMatchObject({ examples: 2, tokens: 2 } satisfies Partial<
    Probe["logits"]
  >);
});

test("there is no probe where none was taken, of a run that is not there neither", () => {
  const reader = readerOf(probeOf({ step: 5 }), probeOf({ step: 2 }));

  expect(reader.probeSteps("g/v")).toEqual([2, 5]);
  expect(reader.probe("g/v", 3)).toBeUndefined();
  expect(reader.probeSteps("g/nobody")).toEqual([]);
  expect(reader.probe("g/nobody", 2)).toBeUndefined();
  expect([...reader.probeTensors("g/v", 3, "weight")]).toEqual([]);
});
