import { crc32 } from "node:zlib";
import { encodeFrame, type FrameArray } from "@ablate/frames";
import type { WorkerMessage } from "@ablate/runner";
import { saidOf, trainRequest } from "@ablate/runner/test/said";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { decodeWorkerMessage, encodeMessage } from "../src/codec/codec.ts";
import { CodecError } from "../src/codec/codec-error.ts";
import { pack } from "../src/codec/pack.ts";

let said: readonly WorkerMessage[] = [];

beforeAll(async () => {
  said = await saidOf(trainRequest());
});

/** Decodes bytes that somebody may have made: anything but a message or a CodecError is a defect. */
function outcome(bytes: Uint8Array): "message" | "refused" {
  try {
    encodeMessage(decodeWorkerMessage(bytes));
    return "message";
  } catch (error) {
    expect(error).toBeInstanceOf(CodecError);
    expect(String(error)).not.toContain("\n");
    return "refused";
  }
}

function framed(message: unknown, arrays: Readonly<Record<string, FrameArray>> = {}): Buffer {
  return encodeFrame({ head: { protocol: 1, message }, arrays });
}

test("a message that is cut, longer or has a wrong byte is refused", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, place, change) => {
      const message = said[which % said.length];
      if (message === undefined) throw new Error("nothing was said");
      const bytes = encodeMessage(message);
      const at = place % bytes.length;
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ change;
      const damaged = [
        bytes.subarray(0, at),
        Buffer.concat([bytes, bytes.subarray(0, 8)]),
        flipped,
      ];
      for (const one of damaged) expect(outcome(one)).toBe("refused");
    }),
  );
});

test("a message whose values somebody has changed is a message or is refused", () => {
  const odd = fc.constantFrom(
    ...[null, -1, 1.5, 1e99, "x", [], {}, true, { $: 0 }, { $: "NaN" }, { $: "?" }, { $: 99 }],
  );
  const outcomes = new Set<string>();
  fc.assert(
    fc.property(fc.nat(), fc.nat(), odd, fc.boolean(), (which, place, value, isDropped) => {
      const message = said[which % said.length];
      if (message === undefined) throw new Error("nothing was said");
      const arrays: FrameArray[] = [];
      const packed = pack(message, arrays);
      const places = placesIn(packed);
      const [holder, key] = places[place % places.length] ?? [{}, ""];
      if (isDropped) Reflect.deleteProperty(holder, key);
      else Reflect.set(holder, key, value);
      outcomes.add(outcome(framed(packed, Object.fromEntries(arrays.entries()))));
    }),
    { numRuns: 300 },
  );
  expect(outcomes).toContain("refused");
});

test("a head that wants to do harm is refused", () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const inner = `${"[".repeat(2000)}${"]".repeat(2000)}`;
  const heads = [
    '{"protocol":1,"message":{"type":"steps","__proto__":{"x":1}},"arrays":[]}',
    '{"protocol":1,"message":{"type":"__proto__"},"arrays":[]}',
    '{"protocol":1,"message":{"type":"constructor"},"arrays":[]}',
    '{"protocol":1,"__proto__":{"message":{}},"arrays":[]}',
    `{"protocol":1,"message":${deep},"arrays":[]}`,
    `{"protocol":1,"message":${inner},"arrays":[]}`,
    '{"protocol":1,"message":{"type":"steps"},"arrays":[["0","f64",9007199254740991]]}',
    '{"protocol":1,"message":{"type":"steps"},"arrays":[["0","f64",-1]]}',
    '{"protocol":1,"message":{"type":"steps"},"arrays":[["__proto__","f64",0]]}',
    '{"protocol":2,"message":{"type":"refused","runId":1,"error":""},"arrays":[]}',
    '{"protocol":1,"message":{"type":"refused","runId":1,"error":""},"arrays":[],"more":1}',
  ];
  for (const head of heads) expect(outcome(withHead(head)), head.slice(0, 80)).toBe("refused");
  expect(Object.prototype).not.toHaveProperty("x");
});

test("lengths that no message has are refused at once", () => {
  const bytes = framed({ type: "refused", runId: 1, error: "" });
  for (const at of [4, 8]) {
    const huge = Buffer.from(bytes);
    huge.writeUInt32LE(0xfffffff8, at);
    expect(outcome(huge)).toBe("refused");
  }
  expect(outcome(Buffer.alloc(0))).toBe("refused");
});

test("an array that is named twice, or never, is refused", () => {
  const one = new Float64Array([1]);
  const block = { first: 0, count: 1, loss: { $: 0 }, lr: { $: 0 }, ratios: { $: 1 } };
  const steps = { type: "steps", runId: 1, block, trainSeconds: 1, resources: [] };
  expect(outcome(framed(steps, { 0: one, 1: new Float32Array(1) }))).toBe("refused");
  const refused = { type: "refused", runId: 1, error: "" };
  expect(outcome(framed(refused, { 0: one }))).toBe("refused");
});

test("numbers that belong together have to be as many", () => {
  const steps = said.find((message) => message.type === "steps" && message.block.count > 2);
  if (steps?.type !== "steps") throw new Error("the run has sent no steps");
  const changes = [
    { count: steps.block.count + 1 },
    { loss: steps.block.loss.subarray(1) },
    { ratios: steps.block.ratios.subarray(1) },
    { metrics: new Float64Array(steps.block.count + 1) },
  ];
  for (const change of changes) {
    const changed = { ...steps, block: { ...steps.block, ...change } };
    expect(() => decodeWorkerMessage(encodeMessage(changed))).toThrow(
      /^a message of type "steps" is not as it has to be: block: a block has not/,
    );
  }
});

test("steps have as many ratios and metrics as their run has said", () => {
  const started = said.find(({ type }) => type === "started");
  const steps = said.find(({ type }) => type === "steps");
  if (started?.type !== "started" || steps === undefined) throw new Error("the run said nothing");
  const { parameters } = started;
  const bytes = encodeMessage(steps);
  expect(decodeWorkerMessage(bytes, started)).toStrictEqual(steps);
  for (const other of [
    { ...started, metrics: ["gradient_norm"] },
    { ...started, parameters: parameters.slice(1) },
  ]) {
    expect(() => decodeWorkerMessage(bytes, other)).toThrow(
      new CodecError("steps have other ratios or metrics than their run"),
    );
  }
});

test("keys that are not known are refused by name", () => {
  const message = { type: "refused", runId: 1, error: "", more: 1 };
  expect(() => decodeWorkerMessage(framed(message))).toThrow(/Unrecognized key: "more"/);
});

/** Every place of a value, as what holds it and its key there. */
function placesIn(value: unknown): readonly (readonly [object, string])[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [[value, key] as const, ...placesIn(item)]);
}

/** A frame of this head, without arrays, with lengths and a checksum that fit. */
function withHead(head: string): Buffer {
  const padded = head.padEnd(Math.ceil(Buffer.byteLength(head) / 8) * 8);
  const frame = Buffer.concat([Buffer.alloc(16), Buffer.from(padded)]);
  frame.write("ABF1", "latin1");
  frame.writeUInt32LE(frame.length - 16, 4);
  frame.writeUInt32LE(crc32(frame.subarray(16), crc32(frame.subarray(0, 12))), 12);
  return frame;
}
