import type { LayerSpec, RunSpec } from "@ablate/core";
import { decodeFrame, encodeFrame, type FrameArray } from "@ablate/frames";
import type { TrainMessage, WorkerMessage } from "@ablate/runner";
import { makeSpec, NAMES } from "@ablate/runner/test/run-make";
import { saidOf, trainRequest } from "@ablate/runner/test/said";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import {
  decodeNames,
  decodeTrainMessage,
  decodeWorkerMessage,
  encodeMessage,
  encodeNames,
} from "../src/codec/codec.ts";
import { CodecError } from "../src/codec/codec-error.ts";
import { pack, unpack } from "../src/codec/pack.ts";

const spec = makeSpec();

/** A network of every kind of layer. */
const LAYERS: readonly LayerSpec[] = [
  { kind: "linear", width: 8, bias: false },
  { kind: "norm", norm: "batch", epsilon: 1e-5, momentum: 0.001, running: "variance" },
  { kind: "activation", activation: "leaky_relu", slope: 0.2 },
  { kind: "flatten", factor: 2 },
  {
    kind: "residual",
    layers: [
      { kind: "norm", norm: "layer", epsilon: 1e-5 },
      { kind: "linear", width: 8, bias: true },
      { kind: "activation", activation: "gelu" },
    ],
  },
  { kind: "flatten", factor: 2 },
  { kind: "linear", width: 12, bias: true },
  { kind: "norm", norm: "rms", epsilon: 1e-5 },
  { kind: "activation", activation: "relu" },
  { kind: "dropout", rate: 0.1 },
  { kind: "linear", width: "output", bias: true },
];

const MANY_KINDS: RunSpec = {
  ...spec,
  model: { context: 4, embedding: 6, layers: LAYERS, tie: false },
  init: {
    ...spec.init,
    layers: {
      hidden1: {
        weight: {
          ...{ scheme: "kaiming", scale: 1, gain: "tanh" },
          ...{ mode: "fan_in", distribution: "normal" },
        },
      },
    },
    skip: 3,
  },
  train: {
    ...spec.train,
    lr: { rate: 0.01, warmup: 10, from: 0, then: "cosine", steps: 300, to: 0 },
    l2: { embedding: 0.001 },
    optimizer: { name: "adamw", betas: [0.9, 0.99], eps: 1e-8, weightDecay: 0.01 },
    groups: [{ match: "role:bias", lr: 0.02, weightDecay: 0 }],
    clip: { by: "norm", most: 1 },
    batches: { from: "epochs", last: "drop" },
    labelSmoothing: 0.1,
    stop: { every: 100, patience: 1000, target: null, budgetSeconds: 60 },
  },
};

const WIDE = makeSpec({ steps: 20, model: { hidden: [256] } });

/** All that workers say of runs that come to each kind of end. */
let said: readonly WorkerMessage[] = [];
let requests: readonly TrainMessage[] = [];

beforeAll(async () => {
  const usual = await saidOf(trainRequest());
  const checkpoint = usual.find(({ type }) => type === "checkpoint");
  if (checkpoint?.type !== "checkpoint") throw new Error("the run has made no checkpoint");
  const { step, weights, state, trainSeconds } = checkpoint;
  const point = {
    step,
    weights,
    state,
    trainSeconds,
    run: "g/r",
    backend: "simd",
    backendVersion: "1",
    isOwn: true,
  };
  requests = [
    trainRequest({ spec: MANY_KINDS }),
    trainRequest({ resume: point }),
    trainRequest({ spec: makeSpec({ rate: 1e38 }) }),
    trainRequest({ spec: WIDE, threads: { now: 2, most: 2, isMeasured: false } }),
    trainRequest({ stopOn: ["slow-updates", "fast-updates"], spec: makeSpec({ rate: 10 }) }),
    trainRequest({ dataHash: "of no names" }),
    trainRequest({ resume: { ...point, backend: "wasm" } }),
  ];
  const stopped = await saidOf(trainRequest({ spec: makeSpec({ steps: 1e6 }) }), (_, worker) =>
    worker.receive({ type: "stop", reason: "user" }),
  );
  said = [...usual, ...stopped];
  for (const request of requests) said = [...said, ...(await saidOf(request))];
});

describe("what runs say and are asked", () => {
  test("every message of a worker arrives as it was sent", () => {
    for (const message of said) {
      expect(decodeWorkerMessage(encodeMessage(message))).toStrictEqual(message);
    }
  });

  test("runs say messages of every type and come to every end", () => {
    expect([...new Set(said.map(({ type }) => type))].sort()).toEqual([
      "best",
      "checkpoint",
      "computed by",
      "ended",
      "evaluation",
      "failed",
      "findings",
      "probe",
      "refused",
      "started",
      "steps",
    ]);
    const ends = said.flatMap((message) => (message.type === "ended" ? [message.state] : []));
    expect(new Set(ends)).toEqual(new Set(["finished", "diverged", "stopped"]));
  });

  test("a request arrives as it was sent, with the checkpoint that it goes on from", () => {
    for (const request of requests) {
      expect(decodeTrainMessage(encodeMessage(request))).toStrictEqual(request);
    }
  });

  test("names arrive as they were sent, whatever their characters", () => {
    const lists = {
      names: ["é", "名前", "a\nb", "\u{1f600}", ""],
      end: ".",
      valid: ["x"],
      test: null,
    };
    expect(decodeNames(encodeNames(lists))).toStrictEqual(lists);
    expect(decodeNames(encodeNames(NAMES))).toStrictEqual(NAMES);
  });

  test("what one side sends the other does not take for its own", () => {
    const [request, [message]] = [trainRequest(), said];
    expect(() => decodeWorkerMessage(encodeMessage(request))).toThrow(CodecError);
    if (message === undefined) throw new Error("nothing was said");
    expect(() => decodeTrainMessage(encodeMessage(message))).toThrow(CodecError);
    expect(() => decodeNames(encodeMessage(message))).toThrow(CodecError);
  });
});

describe("values", () => {
  const special = fc.constantFrom(Number.NaN, -0, 1e20, -(2 ** 53), 2 ** 60, 1e300, undefined);
  const array: fc.Arbitrary<FrameArray> = fc.oneof(
    fc.float64Array(),
    fc.float32Array(),
    fc.uint32Array(),
    fc.int32Array(),
    fc.uint8Array(),
  );
  const key = fc.oneof(fc.string(), fc.constantFrom("$", "$$", "$a", "toString"));
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.oneof(fc.double(), fc.maxSafeInteger(), fc.string(), fc.boolean(), special, array),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));

  test("every value of a message is the same after it: not finite, -0, undefined, an array", () => {
    const carried = (given: unknown): unknown => {
      const arrays: FrameArray[] = [];
      const packed = pack(given, arrays);
      const bytes = encodeFrame({ head: { packed }, arrays: Object.fromEntries(arrays.entries()) });
      const frame = decodeFrame(bytes)?.frame;
      return unpack(frame?.head.packed, frame?.arrays ?? {});
    };
    fc.assert(
      fc.property(value, (given) => {
        expect(carried(given)).toStrictEqual(given);
      }),
    );
  });

  test("what no message has is refused before it is sent", () => {
    for (const odd of [
      1n,
      () => 1,
      Symbol("x"),
      new Uint16Array(1),
      new DataView(new ArrayBuffer(1)),
    ]) {
      expect(() => pack({ odd }, [])).toThrow(CodecError);
    }
  });
});
