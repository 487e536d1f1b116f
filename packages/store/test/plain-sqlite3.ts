import { spawnSync } from "node:child_process";
import SqliteDatabase from "better-sqlite3";
import { expect, test } from "vitest";
import { temporaryPath } from "./make.ts";

const hasSqlite3 = spawnSync("sqlite3", ["--version"]).status === 0;

/** A test that needs the `sqlite3` command. */
export const plainTest: ReturnType<typeof test.skipIf> = test.skipIf(
  !hasSqlite3 && !process.env.CI,
);

/** What the `sqlite3` command gets, taken over into a table so that no digit is lost in print. */
export function plainSqlite3(path: string, select: string): unknown[][] {
  const copy = temporaryPath("result.db");
  const script = `attach '${path}' as store; create table result as ${select}`;
  const { status, stderr } = spawnSync("sqlite3", ["-bail", copy, script], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const database = new SqliteDatabase(copy, { readonly: true });
  const rows = database.prepare("select * from result").raw().all();
  database.close();
  return rows.filter((row) => Array.isArray(row));
}

/** Every exponent with both signs, the borders, the odd ones, and bits at random. */
export function oddFloats(): Float32Array {
  const bits: number[] = [0, 0x80000000, 1, 0x7fffff, 0x800000, 0x7f7fffff, 0x7f800000, 0xff800000];
  bits.push(0x7fc00000, 0xffc00001, 0x3f800000, 0xff7fffff, 0x807fffff);
  for (let exponent = 0; exponent < 255; exponent++) {
    for (const rest of [0, 1, 0x555555, 0x800002aa, 0x7fffff]) {
      bits.push((((exponent << 23) >>> 0) + rest) >>> 0);
    }
  }
  let state = 12345;
  for (let i = 0; i < 2000; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bits.push(state);
  }
  return new Float32Array(Uint32Array.from(bits).buffer);
}
