/** A folder of event files as TensorBoard's SummaryWriter leaves it: an event for each number. */
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

export type EventFolder = {
  readonly runs: number;
  readonly metrics: number;
  /** Numbers of each metric of each run. */
  readonly points: number;
};

const TAGS: readonly string[] = ["train/loss", "val/loss", "val/accuracy"];

/** Writes the folder; returns how many bytes it has. */
export function writeEvents(folder: string, { runs, metrics, points }: EventFolder): number {
  let bytes = 0;
  for (let run = 0; run < runs; run++) {
    const place = join(folder, `lr=${run}`, "events");
    mkdirSync(place, { recursive: true });
    const file = openSync(
      join(place, `events.out.tfevents.${1_700_000_000 + run}.host.${run}.0`),
      "w",
    );
    bytes += writeSync(file, record(version(run)));
    for (let point = 0; point < points; point++) {
      const events = Array.from({ length: metrics }, (_, metric) =>
        record(
          scalar(run, { step: point * 10, metric, value: curve(point / points, metric + run) }),
        ),
      );
      bytes += writeSync(file, Buffer.concat(events));
    }
    closeSync(file);
  }
  return bytes;
}

function curve(share: number, of: number): number {
  return 1 + Math.exp(-4 * share) + 0.1 * Math.sin(of + 40 * share);
}

function version(run: number): Buffer {
  const text = Buffer.from("brain.Event:2");
  return Buffer.concat([wallTime(run), Buffer.of(0x1a, text.length), text]);
}

function scalar(
  run: number,
  {
    step,
    metric,
    value,
  }: { readonly step: number; readonly metric: number; readonly value: number },
): Buffer {
  const tag = Buffer.from(TAGS[metric] ?? `group${metric % 4}/metric_${metric}`);
  const simple = Buffer.alloc(5);
  simple[0] = 0x15;
  simple.writeFloatLE(value, 1);
  const inner = Buffer.concat([Buffer.of(0x0a, tag.length), tag, simple]);
  const summary = Buffer.concat([Buffer.of(0x0a, inner.length), inner]);
  const head = [wallTime(run + step / 1000), Buffer.of(0x10), varint(step)];
  return Buffer.concat([...head, Buffer.of(0x2a, summary.length), summary]);
}

function wallTime(seconds: number): Buffer {
  const field = Buffer.alloc(9);
  field[0] = 0x09;
  field.writeDoubleLE(1.7e9 + seconds, 1);
  return field;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

/** Wraps an event as TensorFlow's record: length and data, each with a masked CRC-32C. */
function record(data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(data.length), 0);
  head.writeUInt32LE(masked(head.subarray(0, 8)), 8);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(masked(data), 0);
  return Buffer.concat([head, data, tail]);
}

const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

function masked(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
