/** Probes of the Python package and those of core count the same numbers into the same bins. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type HistogramScale, histogramOf } from "../../../packages/core/src/probe/histogram.ts";
import { pythonWith } from "../../../testing/python.ts";

const { env, missing } = pythonWith("torch");

/** Counts float32 from stdin by the three scales, and prints scales and counts as JSON. */
const COUNT = `
import json, sys, array, torch
from ablate_lab.probes.histogram import ACTIVATION, GRADIENT, WEIGHT, summarise
values = torch.tensor(array.array("f", sys.stdin.buffer.read()))
print(json.dumps([[list(scale), summarise(values, scale).counts] for scale in (ACTIVATION, WEIGHT, GRADIENT)]))`;

test.skipIf(missing !== null && process.env.CI === undefined)(
  `histograms of Python are those of core${missing ? ` (skipped: ${missing})` : ""}`,
  () => {
    const values = Float32Array.from([...edgeNumbers(), ...numbersOfAllSizes(20_000)]);

    const { stdout, stderr } = spawnSync("python3", ["-c", COUNT], {
      input: new Uint8Array(values.buffer),
      encoding: "utf8",
      env: { ...env, PYTHONPATH: `${join(import.meta.dirname, "../src")}:${env.PYTHONPATH}` },
    });

    expect(stderr).toBe("");
    const said: [[number, number, number], number[]][] = JSON.parse(stdout);
    expect(said).toHaveLength(3);
    for (const [[mantissaBits, smallest, largest], counts] of said) {
      const scale: HistogramScale = { mantissaBits, smallest, largest };
      expect(counts).toEqual([...histogramOf(values, scale).counts]);
    }
  },
);

/** Returns numbers at edges and just beside them, and what is no number of a bin. */
function edgeNumbers(): readonly number[] {
  const edges = [
    2 ** -31,
    2 ** -9,
    2 ** -5,
    0.03125,
    0.25,
    0.28125,
    1,
    1.0625,
    16,
    20,
    64,
    2 ** 40,
  ];
  const beside = edges.flatMap((edge) => [edge, edge * (1 + 2 ** -23), edge * (1 - 2 ** -24)]);
  const odd = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** -149];
  return [...beside, ...beside.map((number) => -number), ...odd];
}

function numbersOfAllSizes(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => {
    const size = 2 ** (((i * 0.6180339887) % 1) * 48 - 38);
    return i % 2 === 0 ? size : -size;
  });
}
