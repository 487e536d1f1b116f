/**
 * Files that `torch.load` reads: a ZIP archive with a pickle of what was saved, and a file for each tensor's numbers. Of
 * Python's objects there are only those that `torch.load(weights_only=True)` allows.
 *
 * Source: torch/serialization.py, `_legacy_save` and `_save` of PyTorch 1.13; Lib/pickletools.py for the opcodes.
 */
import type { TorchTensor } from "./torch-network.ts";
import { storedZip } from "./zip.ts";

/** What can be saved: plain values, lists, dictionaries, and tensors. */
export type Saved =
  | null
  | boolean
  | number
  | string
  | TorchTensor
  | readonly Saved[]
  | { readonly [key: string]: Saved }
  | ReadonlyMap<number, Saved>;

/** Returns the bytes of a file. */
export function torchFile(saved: Saved): Uint8Array {
  const pickler = new Pickler();
  pickler.value(saved);
  const entries = [
    { name: "archive/data.pkl", bytes: pickler.end() },
    ...pickler.storages.map((bytes, i) => ({ name: `archive/data/${i}`, bytes })),
    { name: "archive/version", bytes: new TextEncoder().encode("3\n") },
  ];
  return storedZip(entries);
}

/** Opcodes of protocol 2, and what they put on the stack. */
const OP = {
  proto: 0x80,
  stop: 0x2e,
  mark: 0x28,
  none: 0x4e,
  yes: 0x88,
  no: 0x89,
  int: 0x4a,
  float: 0x47,
  text: 0x58,
  emptyList: 0x5d,
  appends: 0x65,
  emptyDict: 0x7d,
  setItems: 0x75,
  tuple: 0x74,
  emptyTuple: 0x29,
  global: 0x63,
  reduce: 0x52,
  persistentId: 0x51,
} as const;

const MOST_INT = 2 ** 31 - 1;

/** Writes values as Python's pickle. */
class Pickler {
  /** Numbers of the tensors, in the order in which they were met. */
  readonly storages: Uint8Array[] = [];
  readonly #bytes: number[] = [OP.proto, 2];

  end(): Uint8Array {
    return Uint8Array.from([...this.#bytes, OP.stop]);
  }

  value(value: Saved): void {
    if (value === null) this.#op(OP.none);
    else if (typeof value === "boolean") this.#op(value ? OP.yes : OP.no);
    else if (typeof value === "number") this.#number(value);
    else if (typeof value === "string") this.#text(value);
    else if (isList(value)) this.#list(value);
    else if (value instanceof Map) this.#entries([...value]);
    else if (isTensor(value)) this.#tensor(value);
    else this.#entries(Object.entries(value));
  }

  #number(value: number): void {
    const isInt = Number.isInteger(value) && Math.abs(value) <= MOST_INT;
    const view = new DataView(new ArrayBuffer(isInt ? 4 : 8));
    if (isInt) view.setInt32(0, value, true);
    else view.setFloat64(0, value); // big-endian, unlike everything else
    this.#op(isInt ? OP.int : OP.float, ...new Uint8Array(view.buffer));
  }

  #text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.#op(OP.text, ...new Uint8Array(Uint32Array.of(bytes.length).buffer));
    for (const byte of bytes) this.#bytes.push(byte);
  }

  #list(values: readonly Saved[]): void {
    this.#op(OP.emptyList, OP.mark);
    for (const value of values) this.value(value);
    this.#op(OP.appends);
  }

  #entries(entries: readonly (readonly [string | number, Saved])[]): void {
    this.#op(OP.emptyDict, OP.mark);
    for (const [key, value] of entries) {
      this.value(key);
      this.value(value);
    }
    this.#op(OP.setItems);
  }

  #tensor({ shape, values, ...tensor }: TorchTensor): void {
    const isWhole = tensor.isWhole === true;
    this.#global("torch._utils", "_rebuild_tensor_v2");
    this.#op(OP.mark, OP.mark);
    this.#text("storage");
    this.#global("torch", isWhole ? "LongStorage" : "FloatStorage");
    this.#text(String(this.storages.length));
    this.#text("cpu");
    this.#number(values.length);
    this.#op(OP.tuple, OP.persistentId);
    this.storages.push(bytesOf(values, isWhole));
    this.#number(0);
    this.#tuple(shape);
    this.#tuple(shape.map((_, i) => shape.slice(i + 1).reduce((product, n) => product * n, 1)));
    this.#op(OP.no);
    this.#global("collections", "OrderedDict");
    this.#op(OP.emptyTuple, OP.reduce, OP.tuple, OP.reduce);
  }

  #tuple(numbers: readonly number[]): void {
    this.#op(OP.mark);
    for (const number of numbers) this.#number(number);
    this.#op(OP.tuple);
  }

  #global(module: string, name: string): void {
    this.#op(OP.global, ...new TextEncoder().encode(`${module}\n${name}\n`));
  }

  #op(...bytes: readonly number[]): void {
    this.#bytes.push(...bytes);
  }
}

function isList(value: object): value is readonly Saved[] {
  return Array.isArray(value);
}

function isTensor(value: object): value is TorchTensor {
  return "values" in value && value.values instanceof Float32Array;
}

function bytesOf(values: Float32Array, isWhole: boolean): Uint8Array {
  const { buffer, byteOffset, byteLength } = isWhole
    ? BigInt64Array.from(values, (value) => BigInt(value))
    : values;
  return new Uint8Array(buffer, byteOffset, byteLength);
}
